package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// quickstartCommand runs a server on an empty folder and tells the story of the Deployments API on it.
func quickstartCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "quickstart",
		Short: "Run the server on an empty folder and see the Deployments API at work",
		Long: `Run the server on an empty folder, with a webhook receiver of its own, and go through a day of the Deployments
API on a real repository. Every step prints the curl or git line that does the same from another shell, and the
server's real answer. It ends with the server running; Ctrl-C stops it.

With QUICKSTART_EXIT=1 it ends after the story: exit 0 if every step was answered as expected.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := load(c, os.Getenv)
			if err != nil {
				return err
			}
			return quickstart(c.Context(), l, os.Getenv("QUICKSTART_EXIT") == "1", c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	addFlags(c, "data", "listen", "log-level")
	return c
}

// quickstart runs the server until the story has been told and, unless once is set, until ctx ends.
func quickstart(ctx context.Context, l loaded, once bool, stdout, stderr io.Writer) error {
	s, home, err := quickstartSettings(l)
	if err != nil {
		return err
	}
	if home != "" {
		defer func() { _ = os.RemoveAll(home) }()
	}
	v, err := newServer(ctx, s, newLog(s, stderr))
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- v.run(running, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		return err
	}

	told, err := tell(ctx, v, newTeller(stdout))
	if err == nil && !once {
		told.closing()
		go told.watch()
		select {
		case <-ctx.Done():
			fmt.Fprintln(stdout)
		case err := <-ended:
			return err
		}
	}
	stop()
	return errors.Join(err, <-ended)
}

// quickstartSettings are a server that nobody else uses: nothing of the caller's own settings but the folder, if it is
// empty, the address and the log level. Without a folder it makes one, which is removed at the end.
func quickstartSettings(l loaded) (s Settings, home string, err error) {
	s = Settings{Listen: l.Listen, LogLevel: l.LogLevel, WebhookAllow: []string{"127.0.0.0/8", "::1"}}
	if l.source["log-level"] == "default" {
		s.LogLevel = "warn"
	}
	if l.source["listen"] == "default" && !free(s.Listen) {
		s.Listen = "127.0.0.1:0" // somebody runs a server already
	}
	if l.source["data"] == "default" {
		home, err = os.MkdirTemp("", "slipway-quickstart-")
		s.Data = filepath.Join(home, "data")
		return s.filled(), home, err
	}
	s.Data = l.Data
	if there, err := os.ReadDir(s.Data); err == nil && len(there) > 0 {
		return s, "", fmt.Errorf("the quickstart needs an empty folder, and %s has something in it", s.Data)
	}
	return s.filled(), "", nil
}

func free(address string) bool {
	l, err := listenOn(context.Background(), address)
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// tell makes an account, a receiver that lives as long as ctx, and a working copy, and tells the story with them.
func tell(ctx context.Context, v *server, t *teller) (*story, error) {
	admin := client.InProcess(v.api.Local())
	token, err := admin.CreateToken(ctx, wire.LocalTokenRequest{User: "acme", Name: "quickstart", Scopes: []string{"repo"}, Admin: true})
	if err != nil {
		return nil, err
	}
	r, err := newReceiver(ctx)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, r.close)
	work, err := newWorkCopy(filepath.Join(v.folder.path, "quickstart"))
	if err != nil {
		return nil, err
	}
	s := &story{teller: t, ctx: ctx, api: v.urls.API, web: v.urls.Web, token: token.Token, receiver: r, work: work}
	if err := s.tell(); err != nil {
		t.failed(err)
		return nil, fmt.Errorf("the quickstart did not go as expected: %w", err)
	}
	return s, nil
}

// abridged is a line cut to what fits.
func abridged(text string, most int) string {
	text = strings.TrimSpace(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
