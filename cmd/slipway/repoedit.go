package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// repoEditCommand changes what is said of a repository.
func repoEditCommand() *cobra.Command {
	var description, homepage, branch string
	var private, public, asJSON bool
	c := &cobra.Command{
		Use:   "edit OWNER/NAME",
		Short: "Change a repository's visibility, default branch or description",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := editOf(args[0])
			if err != nil {
				return err
			}
			if private && public {
				return usagef("--private and --public: a repository is one or the other")
			}
			if private || public {
				in.Private = &private
			}
			for name, value := range map[string]*string{"description": &description, "homepage": &homepage, "default-branch": &branch} {
				if !c.Flags().Changed(name) {
					continue
				}
				switch name {
				case "description":
					in.Description = value
				case "homepage":
					in.Homepage = value
				default:
					in.DefaultBranch = value
				}
			}
			return editRepository(c, in, asJSON, func(r wire.LocalRepository) string {
				return fmt.Sprintf("%s is %s, default branch %s", r.FullName, visibility(r), r.DefaultBranch)
			})
		},
	}
	c.Flags().BoolVar(&private, "private", false, "only collaborators see it")
	c.Flags().BoolVar(&public, "public", false, "everybody may read it")
	c.Flags().StringVar(&branch, "default-branch", "", "the branch that deployments are merged with; it must exist")
	c.Flags().StringVar(&description, "description", "", "what it is")
	c.Flags().StringVar(&homepage, "homepage", "", "an address")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func repoRenameCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "rename OWNER/NAME NEWNAME",
		Short: "Give a repository another name; the old one leads to it until another repository takes it",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := editOf(args[0])
			if err != nil {
				return err
			}
			in.NewName = &args[1]
			return editRepository(c, in, asJSON, func(r wire.LocalRepository) string {
				return in.Owner + "/" + in.Name + " is called " + r.FullName + " now\n" + r.CloneURL
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func repoArchiveCommand(verb, short string, archived bool) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   verb + " OWNER/NAME",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := editOf(args[0])
			if err != nil {
				return err
			}
			in.Archived = &archived
			return editRepository(c, in, asJSON, func(r wire.LocalRepository) string { return verb + "d " + r.FullName })
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func repoDeleteCommand() *cobra.Command {
	var sure, asJSON bool
	c := &cobra.Command{
		Use:   "delete OWNER/NAME --yes",
		Short: "Delete a repository for ever, with its deployments, statuses and hooks",
		Long: `Delete a repository for ever: its commits, deployments, statuses, environments and hooks. What happened in it
stays in the audit trail.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := editOf(args[0])
			if err != nil {
				return err
			}
			if !sure {
				return usagef("%s would be gone for ever; say --yes", args[0])
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.DeleteRepository(ctx, in.Owner, in.Name); err != nil {
					return err
				}
				return printed(c, asJSON, in, "deleted "+in.Owner+"/"+in.Name)
			})
		},
	}
	c.Flags().BoolVar(&sure, "yes", false, "yes, for ever")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func editOf(full string) (in wire.LocalRepositoryEdit, err error) {
	in.Owner, in.Name, err = ownerAndName(full)
	return in, err
}

func editRepository(c *cobra.Command, in wire.LocalRepositoryEdit, asJSON bool, sentence func(wire.LocalRepository) string) error {
	return administer(c, func(ctx context.Context, admin *client.Client) error {
		r, err := admin.EditRepository(ctx, in)
		if err != nil {
			return err
		}
		return printed(c, asJSON, r, sentence(r))
	})
}
