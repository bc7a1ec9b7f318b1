package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// serveCommand runs the server until it is told to stop.
func serveCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server: GitHub's REST API below /api/v3, GraphQL at /api/graphql, Git over HTTP at /OWNER/NAME.git, the
pages for signing in at /login, webhooks.

Standard output gets two lines that scripts can wait for: on the first start the administrator's token, and
"slipway: ready on URL". Everything else goes to standard error. SIGTERM finishes what is under way and exits 0.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := load(c, os.Getenv)
			if err != nil {
				return err
			}
			return serve(c.Context(), l.Settings, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	addFlags(c)
	return c
}

func serve(ctx context.Context, s Settings, stdout, stderr io.Writer) error {
	log := newLog(s, stderr)
	v, err := newServer(ctx, s, log)
	if err != nil {
		if ctx.Err() == nil {
			return err
		}
		log.Info("stopped before it was ready", "error", err)
		return nil // whoever called the start off knows that it failed
	}
	if v.token != "" {
		fmt.Fprintf(stdout, "slipway: admin token: %s\n", v.token)
	}
	return v.run(ctx, func() { fmt.Fprintf(stdout, "slipway: ready on %s\n", v.urls.Web) })
}
