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

// teamCommand manages the teams of organizations.
func teamCommand() *cobra.Command {
	c := &cobra.Command{Use: "team", Short: "Teams: create, add-member, remove-member, add-repo, remove-repo, list"}
	c.AddCommand(
		teamCreateCommand(),
		teamMemberCommand("add-member ORG/TEAM LOGIN", "Put a member of the organization into a team", "%s is in %s/%s", (*client.Client).AddTeamMember),
		teamMemberCommand("remove-member ORG/TEAM LOGIN", "Take an account out of a team", "%s is no longer in %s/%s", (*client.Client).RemoveTeamMember),
		teamAddRepoCommand(), teamRemoveRepoCommand(), teamListCommand(),
	)
	return c
}

func teamCreateCommand() *cobra.Command {
	var in wire.LocalTeamRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "create ORG/TEAM",
		Short: "Create a team of an organization",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Organization, in.Name, err = organizationAndTeam(args[0]); err != nil {
				return err
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				team, err := admin.CreateTeam(ctx, in)
				if err != nil {
					return err
				}
				return printed(c, asJSON, team, "created team "+team.Organization+"/"+team.Slug)
			})
		},
	}
	c.Flags().StringVar(&in.Description, "description", "", "what it is")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func teamMemberCommand(use, short, done string, do func(*client.Client, context.Context, wire.LocalMemberRequest) error) *cobra.Command {
	var in wire.LocalMemberRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Organization, in.Team, err = organizationAndTeam(args[0]); err != nil {
				return err
			}
			in.Login = args[1]
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := do(admin, ctx, in); err != nil {
					return err
				}
				return printed(c, asJSON, in, fmt.Sprintf(done, in.Login, in.Organization, in.Team))
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func teamAddRepoCommand() *cobra.Command {
	roles := slipway.Roles()
	var in wire.LocalTeamRoleRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "add-repo ORG/TEAM OWNER/NAME --role read|write|admin",
		Short: "Let a team work on a repository of its organization",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := teamAndRepository(&in, args); err != nil {
				return err
			}
			if err := oneOf(roles...)(in.Role); err != nil {
				return usagef("--role: %w", err)
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.AddTeamRepository(ctx, in); err != nil {
					return err
				}
				return printed(c, asJSON, in, fmt.Sprintf("%s/%s has the role %s in %s/%s", in.Organization, in.Team, in.Role, in.Owner, in.Name))
			})
		},
	}
	c.Flags().StringVar(&in.Role, "role", "", "read, write or admin (and GitHub's triage, maintain)")
	mustFlag(c, "role")
	_ = c.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func teamRemoveRepoCommand() *cobra.Command {
	var in wire.LocalTeamRoleRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "remove-repo ORG/TEAM OWNER/NAME",
		Short: "Take a team's role in a repository away",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := teamAndRepository(&in, args); err != nil {
				return err
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.RemoveTeamRepository(ctx, in); err != nil {
					return err
				}
				return printed(c, asJSON, in, fmt.Sprintf("%s/%s has no role in %s/%s any more", in.Organization, in.Team, in.Owner, in.Name))
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func teamListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list [ORG]",
		Short: "List the teams, who is in them and what they may do",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				teams, err := admin.Teams(ctx, strings.Join(args, ""))
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), teams)
				}
				var rows [][]any
				for _, t := range teams {
					var repositories []string
					for _, r := range t.Repositories {
						repositories = append(repositories, r.FullName+" ("+r.Role+")")
					}
					rows = append(rows, []any{t.ID, t.Organization + "/" + t.Slug, strings.Join(t.Members, ", "), strings.Join(repositories, ", ")})
				}
				return cli.Table(c.OutOrStdout(), "ID\tTEAM\tMEMBERS\tREPOSITORIES", rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func teamAndRepository(in *wire.LocalTeamRoleRequest, args []string) (err error) {
	if in.Organization, in.Team, err = organizationAndTeam(args[0]); err != nil {
		return err
	}
	in.Owner, in.Name, err = ownerAndName(args[1])
	return err
}

func organizationAndTeam(full string) (organization, team string, err error) {
	organization, team, ok := strings.Cut(full, "/")
	if !ok || organization == "" || team == "" {
		return "", "", usagef("%q is not ORG/TEAM", full)
	}
	return organization, team, nil
}
