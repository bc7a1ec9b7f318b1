package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/slipway-deploy/slipway/internal/cli"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// userSetPasswordCommand reads a password where neither the process list nor the shell's history sees it.
func userSetPasswordCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "set-password LOGIN",
		Short: "Give a person a password to sign in with; it is read from standard input",
		Long: `Give a person a password to sign in with, and end all their sessions. The password is the first line of standard
input; on a terminal it is asked for twice and not shown. At least eight characters.`,
		Example: `  slipway user set-password mona
  pass show slipway/mona | slipway user set-password mona`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			password, err := readPassword(c)
			if err != nil {
				return err
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.SetPassword(ctx, wire.LocalPasswordRequest{Login: args[0], Password: password}); err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), map[string]any{"login": args[0], "password_set": true})
				}
				fmt.Fprintf(c.OutOrStdout(), "set the password of %s; all earlier sessions have ended\n", args[0])
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

// longestLine bounds what is read for a password.
const longestLine = 64 << 10

func readPassword(c *cobra.Command) (string, error) {
	if f, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return askPassword(f, c.ErrOrStderr())
	}
	line, err := bufio.NewReader(io.LimitReader(c.InOrStdin(), longestLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("the password cannot be read: %s", reason(err))
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usagef("there is no password on standard input")
	}
	return line, nil
}

// askPassword asks twice on a terminal, without echo.
func askPassword(f *os.File, prompt io.Writer) (string, error) {
	var typed [2]string
	for i, question := range []string{"New password: ", "Again: "} {
		fmt.Fprint(prompt, question)
		text, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(prompt)
		if err != nil {
			return "", fmt.Errorf("the password cannot be read: %s", reason(err))
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return "", usagef("the two passwords are not the same")
	}
	return typed[0], nil
}

// userSessionsCommand lists where a person is signed in, or signs them out.
func userSessionsCommand() *cobra.Command {
	var end string
	var all, asJSON bool
	c := &cobra.Command{
		Use:   "sessions LOGIN [--end ID | --all]",
		Short: "List where a person is signed in with a browser, or sign them out",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := wire.LocalSessionRequest{Login: args[0], All: all}
			if c.Flags().Changed("end") {
				id, err := strconv.ParseInt(end, 10, 64)
				if err != nil || id <= 0 {
					return usagef("--end: %q is not the id of a session; `slipway user sessions %s` shows them", end, args[0])
				}
				in.ID = id
			}
			if in.ID != 0 && all {
				return usagef("write --end ID or --all, not both")
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if in.ID != 0 || all {
					return admin.EndSessions(ctx, in)
				}
				return printSessions(ctx, c, admin, args[0], asJSON)
			})
		},
	}
	c.Flags().StringVar(&end, "end", "", "sign out of the session with this id")
	c.Flags().BoolVar(&all, "all", false, "sign out everywhere")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func printSessions(ctx context.Context, c *cobra.Command, admin *client.Client, login string, asJSON bool) error {
	sessions, err := admin.Sessions(ctx, login)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(c.OutOrStdout(), sessions)
	}
	var rows [][]any
	for _, s := range sessions {
		rows = append(rows, []any{s.ID, s.Address, when(&s.CreatedAt, ""), when(&s.LastUsedAt, ""), s.Agent})
	}
	return cli.Table(c.OutOrStdout(), "ID\tADDRESS\tSINCE\tLAST USED\tBROWSER", rows)
}
