package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/client"
)

// target is what a command is about: a server, a repository on it, and how to show the answer.
type target struct {
	server     string
	tokenFile  string
	repository string
	asJSON     bool
}

func (t *target) flags(c *cobra.Command) {
	c.Flags().StringVarP(&t.repository, "repo", "R", "", "repository, OWNER/NAME (default: the remote of the working directory)")
	c.Flags().StringVar(&t.server, "server", "", "address of the server, such as https://slipway.example (SLIPWAY_SERVER)")
	c.Flags().StringVar(&t.tokenFile, "token-file", "", "file that holds the token, - for standard input (or the token in SLIPWAY_TOKEN)")
	c.Flags().BoolVar(&t.asJSON, "json", false, "print what the server answered")
}

// connect finds the server and the token.
func (t *target) connect(c *cobra.Command) (*client.API, error) {
	server := t.server
	if server == "" {
		server = os.Getenv("SLIPWAY_SERVER")
	}
	if server == "" {
		return nil, usagef("which server? Say --server or set SLIPWAY_SERVER")
	}
	token := os.Getenv("SLIPWAY_TOKEN")
	if t.tokenFile != "" {
		var err error
		if token, err = readSecret(c, t.tokenFile, "--token-file"); err != nil {
			return nil, err
		}
	}
	if token == "" {
		return nil, usagef("which token? Say --token-file or set SLIPWAY_TOKEN")
	}
	api, err := client.NewAPI(server, token)
	if err != nil {
		return nil, usagef("%q: %w", server, err)
	}
	return api, nil
}

// at finds the server, the token and the repository, and runs fn.
func (t *target) at(c *cobra.Command, fn func(ctx context.Context, api *client.API, repository string) error) error {
	repository := t.repository
	if repository == "" {
		var err error
		if repository, err = remoteRepository(c.Context()); err != nil {
			return err
		}
	}
	owner, name, ok := strings.Cut(repository, "/")
	if !ok || owner == "" || name == "" || strings.ContainsAny(repository, "?#% \t\n") || strings.Contains(name, "/") {
		return usagef("%q is not OWNER/NAME", repository)
	}
	api, err := t.connect(c)
	if err != nil {
		return err
	}
	err = missing(fn(c.Context(), api, repository), "there is no repository %s, or the token may not see it or its hooks", repository)
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		return fmt.Errorf("%w: %s does not know the token, or it has ended", err, api.Host())
	}
	return err
}

// missing says in a sentence of ours what the server answered "Not Found" about: it tells nobody what is hidden from them.
func missing(err error, format string, args ...any) error {
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound && refused.Message == "Not Found" {
		return fmt.Errorf(format, args...)
	}
	return err
}

// show prints an answer: the server's own words with --json, else what people prints.
func (t *target) show(c *cobra.Command, raw json.RawMessage, people func(w io.Writer) error) error {
	if t.asJSON {
		return printRaw(c.OutOrStdout(), raw)
	}
	return people(c.OutOrStdout())
}

// done prints what was done: a sentence, or with --json an empty object, so that scripts can always read the output.
func (t *target) done(c *cobra.Command, format string, args ...any) error {
	if t.asJSON {
		format, args = "{}", nil
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), format+"\n", args...)
	return err
}

// remoteRepository is the repository that the working directory was cloned from: its branch's remote, else origin, else the
// only one.
func remoteRepository(ctx context.Context) (string, error) {
	ask := func(args ...string) string {
		within, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		out, _ := exec.CommandContext(within, "git", args...).Output() // no git, no repository: no answer
		return strings.TrimSpace(string(out))
	}
	remote := ask("config", "--get", "branch."+ask("branch", "--show-current")+".remote")
	if remote == "" {
		remote = "origin"
	}
	address := ask("remote", "get-url", remote)
	if address == "" {
		if remotes := strings.Fields(ask("remote")); len(remotes) == 1 {
			address = ask("remote", "get-url", remotes[0])
		}
	}
	if repository, ok := repositoryOf(address); ok {
		return repository, nil
	}
	return "", usagef("which repository? Say --repo OWNER/NAME, or run this in a clone of it")
}

// repositoryOf is the OWNER/NAME that the address of a remote ends with.
func repositoryOf(address string) (string, bool) {
	address = strings.TrimSuffix(strings.TrimRight(address, "/"), ".git")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	} else {
		address = strings.Replace(address, ":", "/", 1) // git@host:owner/name
	}
	parts := strings.Split(address, "/")
	n := len(parts)
	if n < 3 || parts[n-1] == "" || parts[n-2] == "" {
		return "", false
	}
	return parts[n-2] + "/" + parts[n-1], true
}

// largestSecret bounds what is read of a file that should hold one.
const largestSecret = 64 << 10

// readSecret reads a secret from a file or, as "-", from standard input. Secrets are never arguments: those are seen by
// everybody on the machine. One line end is taken off.
func readSecret(c *cobra.Command, path, flag string) (string, error) {
	in := c.InOrStdin()
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", usagef("%s: %w", flag, withoutPath(err))
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, largestSecret+1))
	if err != nil {
		return "", usagef("%s: %w", flag, withoutPath(err))
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	switch {
	case secret == "":
		return "", usagef("%s: %s holds nothing", flag, path)
	case len(text) > largestSecret || strings.ContainsAny(secret, "\r\n"):
		return "", usagef("%s: %s holds more than one line", flag, path)
	}
	return secret, nil
}

func withoutPath(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
