// Command slipway is GitHub's Deployments API for any Git repository, on your own machine.
//
//	slipway serve                                          the server: REST, Git over HTTP, webhooks
//	slipway quickstart                                     the same on an empty folder, with its story told
//	slipway token create --user ci --scopes repo_deployment
//	slipway repo create acme/web
//	slipway hook list -R acme/web                          against a server, wherever it runs (package cli)
//
// This package wires the others together and holds no rule. Each subcommand is one file. Administration goes through the
// data folder: over its socket while the server runs, in process while it does not, with the same handlers both ways.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	root := rootCommand()
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "slipway:", err)
		os.Exit(exitCode(err))
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "slipway",
		Short:         "GitHub's Deployments API for any Git repository",
		Version:       versionText(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(serveCommand(), quickstartCommand(), userCommand(), tokenCommand(), repoCommand(), orgCommand(), teamCommand(), appCommand(), configCommand(), versionCommand())
	root.AddCommand(cli.Commands()...)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w (`%s --help` lists the flags)", err, c.CommandPath())
	})
	root.SetVersionTemplate("slipway {{.Version}}\n")
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	markUsage(root)
	return root
}

// usage is an error of whoever typed the command: exit code 2 (decisions §7). Everything else is 1.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	var typed cli.Usage
	if errors.As(err, &usage{}) || errors.As(err, &typed) {
		return typed.ExitCode()
	}
	return 1
}

// markUsage makes what cobra itself refuses (a word too many, a command that does not exist) a usage error.
func markUsage(c *cobra.Command) {
	if c.Name() == "help" {
		c.Args = helpTopic
	}
	if c.HasSubCommands() && c.RunE == nil && c.Run == nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(c, args[0])
			}
			return nil
		}
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	if args := c.Args; args != nil {
		c.Args = func(c *cobra.Command, got []string) error {
			if args(c, got) == nil {
				return nil
			}
			return usage{misfit(c, args, got)}
		}
	}
	for _, sub := range c.Commands() {
		markUsage(sub)
	}
}

func noCommand(c *cobra.Command, name string) error {
	return fmt.Errorf("%s has no command %q (`%s --help` lists them)", c.CommandPath(), name, c.CommandPath())
}

// helpTopic refuses to help with a command that does not exist.
func helpTopic(c *cobra.Command, args []string) error {
	about, rest, err := c.Root().Find(args)
	if err == nil && len(rest) > 0 && about.HasSubCommands() {
		err = noCommand(about, rest[0])
	}
	return err
}

// misfit says what is wrong with arguments that a command does not take, and how it is written.
func misfit(c *cobra.Command, fits cobra.PositionalArgs, got []string) error {
	if c.Name() == "help" || c.HasSubCommands() {
		return fits(c, got)
	}
	for n := range got { // the first word that is too much
		if fits(c, got[:n]) == nil {
			return fmt.Errorf("%q is one word too many; write `%s`", got[n], c.UseLine())
		}
	}
	return fmt.Errorf("something is missing; write `%s`", c.UseLine())
}
