package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/cli"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// orgCommand manages organizations.
func orgCommand() *cobra.Command {
	c := &cobra.Command{Use: "org", Short: "Organizations: create, add-member, remove-member, list"}
	c.AddCommand(orgCreateCommand(), orgAddMemberCommand(), orgRemoveMemberCommand(), orgListCommand())
	return c
}

func orgCreateCommand() *cobra.Command {
	var in wire.LocalOrganizationRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "create ORG",
		Short: "Create an organization",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in.Login = args[0]
			return found(c, func(ctx context.Context, admin *client.Client) error {
				org, err := admin.CreateOrganization(ctx, in)
				if err != nil {
					return err
				}
				return printed(c, asJSON, org, "created organization "+org.Login)
			})
		},
	}
	c.Flags().StringVar(&in.Name, "name", "", "name to display")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func orgAddMemberCommand() *cobra.Command {
	var in wire.LocalMemberRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "add-member ORG LOGIN",
		Short: "Let an account belong to an organization: it reads the organization's repositories",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			in.Organization, in.Login = args[0], args[1]
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.AddMember(ctx, in); err != nil {
					return err
				}
				role := "a member"
				if in.Admin {
					role = "an administrator"
				}
				return printed(c, asJSON, in, fmt.Sprintf("%s is %s of %s", in.Login, role, in.Organization))
			})
		},
	}
	c.Flags().BoolVar(&in.Admin, "admin", false, "administers the organization's repositories and teams")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func orgRemoveMemberCommand() *cobra.Command {
	var in wire.LocalMemberRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "remove-member ORG LOGIN",
		Short: "End a membership, and with it the part in the organization's teams",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			in.Organization, in.Login = args[0], args[1]
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.RemoveMember(ctx, in); err != nil {
					return err
				}
				return printed(c, asJSON, in, in.Login+" is no member of "+in.Organization+" any more")
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func orgListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the organizations and their members",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				orgs, err := admin.Organizations(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), orgs)
				}
				var rows [][]any
				for _, o := range orgs {
					var members []string
					for _, m := range o.Members {
						name := m.Login
						if m.Role == "admin" {
							name += " (admin)"
						}
						members = append(members, name)
					}
					rows = append(rows, []any{o.ID, o.Login, strings.Join(members, ", ")})
				}
				return cli.Table(c.OutOrStdout(), "ID\tORGANIZATION\tMEMBERS", rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

// printed says what was done, in a sentence or as JSON.
func printed(c *cobra.Command, asJSON bool, what any, sentence string) error {
	if asJSON {
		return printJSON(c.OutOrStdout(), what)
	}
	fmt.Fprintln(c.OutOrStdout(), sentence)
	return nil
}
