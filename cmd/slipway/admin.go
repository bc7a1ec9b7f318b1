package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/client"
)

// patience is how long a command waits for another one, or for a server that is just starting or stopping.
const patience = 10 * time.Second

// adminFlags are the settings that say which data folder an administrative command is about.
func adminFlags(c *cobra.Command) {
	addFlags(c, "data", "database-url", "key-file")
}

// administer runs fn as the local administrator: over the socket while a server runs on the data folder, else in this
// process, which holds the folder meanwhile. The same handlers answer both ways.
//
// Where there is no folder yet, nothing could be found in it, and most likely another was meant: that is an error.
func administer(c *cobra.Command, fn func(context.Context, *client.Client) error) error {
	l, err := load(c, os.Getenv)
	if err != nil {
		return err
	}
	if _, err := os.Stat(l.Data); errors.Is(err, fs.ErrNotExist) && l.DatabaseURL == "" {
		return fmt.Errorf("there is no data folder %s; say which with --data or SLIPWAY_DATA", l.Data)
	}
	return l.administer(c, fn)
}

// found is administer for what may come first of all: a folder that is not there is made.
func found(c *cobra.Command, fn func(context.Context, *client.Client) error) error {
	l, err := load(c, os.Getenv)
	if err != nil {
		return err
	}
	return l.administer(c, fn)
}

func (l loaded) administer(c *cobra.Command, fn func(context.Context, *client.Client) error) error {
	ctx := c.Context()
	admin, done, err := findAdministrator(ctx, l.Settings, c.ErrOrStderr())
	if err != nil {
		return err
	}
	return errors.Join(fn(ctx, admin), done())
}

func findAdministrator(ctx context.Context, s Settings, stderr io.Writer) (*client.Client, func() error, error) {
	f := &folder{path: s.Data}
	for end := time.Now().Add(patience); ; {
		if admin, err := client.Dial(ctx, f.socketPath()); err == nil {
			return admin, func() error { return nil }, nil
		}
		admin, done, err := inProcess(ctx, s, stderr)
		if err == nil || !errors.Is(err, errInUse) || time.Now().After(end) {
			return admin, done, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// inProcess opens what a server would, without its edges.
func inProcess(ctx context.Context, s Settings, stderr io.Writer) (*client.Client, func() error, error) {
	if s.LogLevel == "info" {
		s.LogLevel = "warn" // a command says what it did, not how
	}
	_, missing := os.Stat(s.Data)
	k, err := openCore(ctx, s, newLog(s, stderr))
	if err != nil {
		return nil, nil, err
	}
	if errors.Is(missing, fs.ErrNotExist) { // perhaps the wrong working directory
		fmt.Fprintf(stderr, "slipway: %s is a new data folder; if another was meant, say it with --data or SLIPWAY_DATA\n", s.Data)
	}
	if err := k.decisions.Prepare(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("the database cannot be prepared: %w", err), k.close())
	}
	return client.InProcess(k.api(k.settings.urls(k.settings.Listen), nil).Local()), k.close, nil
}

// when is a time as a table shows it.
func when(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.Local().Format("2006-01-02 15:04")
}
