package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/cli"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// repoCommand manages repositories.
func repoCommand() *cobra.Command {
	c := &cobra.Command{Use: "repo", Short: "Repositories: create, list, edit, rename, archive, unarchive, delete, protect, add-collaborator"}
	c.AddCommand(
		repoCreateCommand(), repoListCommand(), repoEditCommand(), repoProtectCommand(), repoRenameCommand(),
		repoArchiveCommand("archive", "Make a repository read-only: pushes and all other writes are refused", true),
		repoArchiveCommand("unarchive", "Let an archived repository be written to again", false),
		repoDeleteCommand(), repoCollaboratorCommand(),
	)
	return c
}

func repoCreateCommand() *cobra.Command {
	var in wire.LocalRepositoryRequest
	var private, public, asJSON bool
	c := &cobra.Command{
		Use:   "create OWNER/NAME",
		Short: "Create a repository, ready to be pushed to",
		Long: `Create a repository. OWNER becomes an organization when no account has that name.
Without --private or --public, the setting default-visibility decides.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Owner, in.Name, err = ownerAndName(args[0]); err != nil {
				return err
			}
			if private && public {
				return usagef("--private and --public: a repository is one or the other")
			}
			if c.Flags().Changed("private") || c.Flags().Changed("public") {
				in.Private = new(private || c.Flags().Changed("public") && !public)
			}
			return found(c, func(ctx context.Context, admin *client.Client) error {
				repo, err := admin.CreateRepository(ctx, in)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), repo)
				}
				fmt.Fprintf(c.OutOrStdout(), "created %s repository %s, default branch %s\n%s\n", visibility(repo), repo.FullName, repo.DefaultBranch, repo.CloneURL)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&private, "private", false, "only collaborators see it")
	c.Flags().BoolVar(&public, "public", false, "everybody may read it")
	c.Flags().StringVar(&in.DefaultBranch, "default-branch", "main", "the branch that deployments are merged with")
	c.Flags().StringVar(&in.Description, "description", "", "what it is")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func repoListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the repositories",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				repos, err := admin.Repositories(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), repos)
				}
				var rows [][]any
				for _, r := range repos {
					shown := visibility(r)
					if r.Archived {
						shown += ", archived"
					}
					rows = append(rows, []any{r.ID, r.FullName, shown, r.DefaultBranch, when(&r.CreatedAt, "")})
				}
				return cli.Table(c.OutOrStdout(), "ID\tREPOSITORY\tVISIBILITY\tDEFAULT BRANCH\tCREATED", rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func repoCollaboratorCommand() *cobra.Command {
	roles := slipway.Roles()
	var in wire.LocalCollaboratorRequest
	c := &cobra.Command{
		Use:   "add-collaborator OWNER/NAME LOGIN --role read|write|admin",
		Short: "Let an account work on a repository",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Owner, in.Name, err = ownerAndName(args[0]); err != nil {
				return err
			}
			if err := oneOf(roles...)(in.Role); err != nil {
				return usagef("--role: %w", err)
			}
			in.Login = args[1]
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.AddCollaborator(ctx, in); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s has the role %s in %s/%s\n", in.Login, in.Role, in.Owner, in.Name)
				return nil
			})
		},
	}
	c.Flags().StringVar(&in.Role, "role", "", "read, write or admin (and GitHub's triage, maintain)")
	mustFlag(c, "role")
	_ = c.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp))
	adminFlags(c)
	return c
}

func ownerAndName(full string) (owner, name string, err error) {
	owner, name, ok := strings.Cut(full, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return "", "", usagef("%q is not OWNER/NAME", full)
	}
	return owner, name, nil
}

// repositoryNames refuses what is not the full name of a repository.
func repositoryNames(list []string) error {
	for _, full := range list {
		if _, _, err := ownerAndName(full); err != nil {
			return err
		}
	}
	return nil
}

func visibility(r wire.LocalRepository) string {
	if r.Private {
		return "private"
	}
	return "public"
}
