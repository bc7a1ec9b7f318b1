package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// repoProtectCommand says which branches of a repository are protected.
func repoProtectCommand() *cobra.Command {
	var byDefault, asJSON bool
	c := &cobra.Command{
		Use:   "protect OWNER/NAME {PATTERN... | --default}",
		Short: "Say which branches are protected: environments may take those only",
		Long: `Say which branches of a repository are protected: those that one of the patterns matches, as Ruby's fnmatch does
(* stays between two slashes, **/ does not), in place of those that were. Unless it is said, the default branch is.

Environments whose deployment_branch_policy is protected_branches take no others. Pushes are not restricted.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			owner, name, err := ownerAndName(args[0])
			if err != nil {
				return err
			}
			if byDefault == (len(args) > 1) {
				return usagef("say which patterns, or --default")
			}
			in := wire.LocalProtection{Owner: owner, Name: name, Patterns: args[1:]}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				r, err := admin.ProtectBranches(ctx, in)
				if err != nil {
					return err
				}
				shown := "the default branch, " + r.DefaultBranch
				if r.Protected != nil {
					shown = strings.Join(r.Protected, " ")
				}
				return printed(c, asJSON, r, "protected in "+r.FullName+": "+shown)
			})
		},
	}
	c.Flags().BoolVar(&byDefault, "default", false, "the default branch, whichever it is")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}
