package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/cli"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// tokenCommand manages tokens.
func tokenCommand() *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "Tokens: create, list, revoke"}
	c.AddCommand(tokenCreateCommand(), tokenListCommand(), tokenRevokeCommand())
	return c
}

func tokenCreateCommand() *cobra.Command {
	var in wire.LocalTokenRequest
	var expires time.Duration
	var permissions []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "create --user LOGIN --scopes SCOPE,… | --permissions NAME=LEVEL,…",
		Short: "Create a token and print it, once",
		Long: `Create a token and print it: nothing else goes to standard output, and it cannot be shown again.
The account is created when there is none.
With --permissions it is a fine-grained token, for the repositories it names and for 30 days unless --expires says otherwise.`,
		Example: `  TOKEN=$(slipway token create --user ci --scopes repo_deployment,repo:status --expires 720h)
  TOKEN=$(slipway token create --user ci --permissions deployments=write,statuses=write --repos acme/web)`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("expires") {
				if expires <= 0 {
					return usagef("--expires: %q is not a time from now on; write it like 720h", expires)
				}
				in.Expires = expires.String()
			}
			if err := knownScopes(in.Scopes); err != nil {
				return err
			}
			if err := fineGrained(c, &in, permissions); err != nil {
				return err
			}
			return found(c, func(ctx context.Context, admin *client.Client) error {
				token, err := admin.CreateToken(ctx, in)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), token)
				}
				fmt.Fprintln(c.OutOrStdout(), token.Token)
				return nil
			})
		},
	}
	c.Flags().StringVar(&in.User, "user", "", "whose token it is")
	c.Flags().StringSliceVar(&in.Scopes, "scopes", nil, "what it may do: "+strings.Join(slipway.KnownScopes(), ", "))
	c.Flags().StringVar(&in.Name, "name", "", "what it is for")
	c.Flags().DurationVar(&expires, "expires", 0, "how long it is valid, such as 720h (default for ever)")
	c.Flags().BoolVar(&in.Admin, "admin", false, "make the account an administrator of this server")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringSliceVar(&permissions, "permissions", nil, "make it fine-grained: what it may do, such as deployments=write,statuses=write")
	c.Flags().StringSliceVar(&in.Repositories, "repos", nil, "OWNER/NAME,…: what a fine-grained token is for")
	c.Flags().BoolVar(&in.AllRepositories, "all-repos", false, "a fine-grained token is for all that the account can reach")
	mustFlag(c, "user")
	completePermissions(c)
	_ = c.RegisterFlagCompletionFunc("scopes", cobra.FixedCompletions(slipway.KnownScopes(), cobra.ShellCompDirectiveNoFileComp))
	adminFlags(c)
	return c
}

// fineGrainedFor is how long a fine-grained token is good for when nobody says.
const fineGrainedFor = 30 * 24 * time.Hour

// fineGrained reads what makes a token fine-grained, and sees that it is that or has scopes, not both.
func fineGrained(c *cobra.Command, in *wire.LocalTokenRequest, permissions []string) (err error) {
	fine, scopes := c.Flags().Changed("permissions"), c.Flags().Changed("scopes")
	switch where := in.AllRepositories || len(in.Repositories) > 0; {
	case fine == scopes:
		return usagef("say --scopes or --permissions, one of them (`%s --help` shows examples)", c.CommandPath())
	case !fine && where:
		return usagef("--repos and --all-repos go with --permissions; scopes count in every repository")
	case !fine:
		return nil
	case !where:
		return usagef("say what the token is for: --repos OWNER/NAME,… or --all-repos")
	case in.AllRepositories && len(in.Repositories) > 0:
		return usagef("--repos and --all-repos: a token is for some repositories or for all")
	}
	if in.Expires == "" {
		in.Expires = fineGrainedFor.String()
	}
	if err := repositoryNames(in.Repositories); err != nil {
		return err
	}
	in.Permissions, err = permissionNames(permissions)
	return err
}

// knownScopes refuses a scope that nothing would ever ask for: most likely it is misspelled.
func knownScopes(scopes []string) error {
	for _, s := range scopes {
		for _, name := range slipway.ParseScopes(s) {
			if !contains(slipway.KnownScopes(), name) {
				return usagef("--scopes: %q is not a scope; the scopes are %s", name, strings.Join(slipway.KnownScopes(), ", "))
			}
		}
	}
	return nil
}

func tokenListCommand() *cobra.Command {
	var user string
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List tokens; never their secrets",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				tokens, err := admin.Tokens(ctx, user)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), tokens)
				}
				var rows [][]any
				for _, t := range tokens {
					rows = append(rows, []any{t.ID, t.User, t.Name, "…" + t.LastEight, mayDo(t), when(t.ExpiresAt, "never"), when(t.LastUsedAt, "never")})
				}
				return cli.Table(c.OutOrStdout(), "ID\tUSER\tNAME\tTOKEN\tSCOPES OR PERMISSIONS\tEXPIRES\tLAST USED", rows)
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "only this account's")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

// mayDo is what a token may do, as a table shows it.
func mayDo(t wire.LocalToken) string {
	if t.Permissions == nil {
		return scopeList(t.Scopes)
	}
	return permissionList(t.Permissions)
}

// scopeList is scopes as a table shows them: "all" where there is nothing that the token may not do.
func scopeList(scopes []string) string {
	if slices.Equal(scopes, slipway.AllScopes()) {
		return "all"
	}
	return strings.Join(scopes, ",")
}

func tokenRevokeCommand() *cobra.Command {
	var value string
	c := &cobra.Command{
		Use:   "revoke ID | --value -",
		Short: "End a token, by its id or by the token itself on standard input",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := revocation(c, args, value)
			if err != nil {
				return err
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				return admin.RevokeToken(ctx, in)
			})
		},
	}
	c.Flags().StringVar(&value, "value", "", "- reads the token from standard input; process arguments are seen by others")
	adminFlags(c)
	return c
}

func revocation(c *cobra.Command, args []string, value string) (in wire.LocalRevokeRequest, err error) {
	switch {
	case len(args) == 1 && value == "":
		if in.ID, err = strconv.ParseInt(args[0], 10, 64); err != nil || in.ID <= 0 {
			return in, usagef("%q is not the id of a token; `slipway token list` shows them", args[0])
		}
	case len(args) == 0 && value == "-":
		line, _ := bufio.NewReader(c.InOrStdin()).ReadString('\n')
		if in.Token = strings.TrimSpace(line); in.Token == "" {
			return in, usagef("--value -: there is no token on standard input")
		}
	default:
		return in, usagef("write `token revoke ID`, or `token revoke --value -` with the token on standard input")
	}
	return in, nil
}

// mustFlag makes flags obligatory.
func mustFlag(c *cobra.Command, names ...string) {
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		for _, name := range names {
			if !c.Flags().Changed(name) {
				return usagef("--%s is missing (`%s --help` shows an example)", name, c.CommandPath())
			}
		}
		return run(c, args)
	}
}
