package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/cli"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// userCommand manages accounts.
func userCommand() *cobra.Command {
	c := &cobra.Command{Use: "user", Short: "Accounts: create, list, passwords, sessions"}
	c.AddCommand(userCreateCommand(), userListCommand(), userSetPasswordCommand(), userSessionsCommand())
	return c
}

func userCreateCommand() *cobra.Command {
	var in wire.LocalUserRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "create LOGIN",
		Short: "Create an account",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in.Login = args[0]
			return found(c, func(ctx context.Context, admin *client.Client) error {
				user, err := admin.CreateUser(ctx, in)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), user)
				}
				fmt.Fprintf(c.OutOrStdout(), "created user %s\n", user.Login)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&in.Admin, "admin", false, "may do everything on this server")
	c.Flags().StringVar(&in.Name, "name", "", "name to display and to commit merges with")
	c.Flags().StringVar(&in.Email, "email", "", "public e-mail address")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func userListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				users, err := admin.Users(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), users)
				}
				var rows [][]any
				for _, u := range users {
					role := ""
					if u.Admin {
						role = "admin"
					}
					rows = append(rows, []any{u.ID, u.Login, u.Type, role, when(&u.CreatedAt, "")})
				}
				return cli.Table(c.OutOrStdout(), "ID\tLOGIN\tTYPE\tROLE\tCREATED", rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}
