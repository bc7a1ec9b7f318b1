package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/cli"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// appCommand manages apps of both kinds.
func appCommand() *cobra.Command {
	c := &cobra.Command{Use: "app", Short: "GitHub Apps and OAuth apps: create, list, install, uninstall, key, secret, delete"}
	c.AddCommand(appCreateCommand(), appListCommand(), appInstallCommand(), appUninstallCommand(), appKeyCommand(), appSecretCommand(), appDeleteCommand())
	return c
}

func appCreateCommand() *cobra.Command {
	var in wire.LocalAppRequest
	var permissions []string
	var oauth, asJSON bool
	var keyPath string
	c := &cobra.Command{
		Use:   "create --owner LOGIN --name NAME --permissions NAME=LEVEL,… --repos OWNER/NAME,…",
		Short: "Create a GitHub App and install it, or an OAuth app with --oauth",
		Long: `Create a GitHub App and install it on repositories: its id, the id of its installation and the path of the private key
that was written, with which it gets its tokens. The server keeps the key's public half only.
With --oauth, create an app that people let in: its client id and its client secret, which cannot be shown again.`,
		Example: `  slipway app create --owner acme --name Deployer --permissions deployments=write,statuses=write --repos acme/web
  slipway app create --oauth --owner acme --name Portal --callback https://portal.example.com/callback`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			in.Kind = string(slipway.GitHubApp)
			if oauth {
				in.Kind = string(slipway.OAuthApp)
			}
			if in.Permissions, err = permissionNames(permissions); err != nil {
				return err
			}
			if err := repositoryNames(in.Repositories); err != nil {
				return err
			}
			if !c.Flags().Changed("expiring-tokens") {
				in.ExpiringTokens = !oauth
			}
			key := keyFile{path: keyPath}
			if !oauth {
				if err := key.begin(slipway.AppSlug(in.Name)); err != nil {
					return err
				}
			}
			return key.finish(administer(c, func(ctx context.Context, admin *client.Client) error {
				app, err := admin.CreateApp(ctx, in)
				if err != nil {
					return err
				}
				if err := key.write(app.PrivateKey); err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), shownApp{LocalApp: app, PrivateKeyPath: key.path})
				}
				printApp(c.OutOrStdout(), app, key.path)
				return nil
			}))
		},
	}
	c.Flags().StringVar(&in.Owner, "owner", "", "the account that the app belongs to")
	c.Flags().StringVar(&in.Name, "name", "", "what it is called; its bot is {name}[bot]")
	c.Flags().StringVar(&in.Description, "description", "", "what it is for")
	c.Flags().StringVar(&in.ExternalURL, "url", "", "its home page")
	c.Flags().StringSliceVar(&permissions, "permissions", nil, "what it may do, such as deployments=write,statuses=write")
	c.Flags().StringSliceVar(&in.Repositories, "repos", nil, "OWNER/NAME,…: where it is installed")
	c.Flags().BoolVar(&in.AllRepositories, "all-repos", false, "install it on all of its owner's repositories, also later ones")
	c.Flags().BoolVar(&oauth, "oauth", false, "an OAuth app: it has no permissions of its own, people let it in")
	c.Flags().StringArrayVar(&in.CallbackURLs, "callback", nil, "where people come back to; may be repeated")
	c.Flags().BoolVar(&in.DeviceFlow, "device-flow", false, "people may let it in by typing a code")
	c.Flags().BoolVar(&in.ExpiringTokens, "expiring-tokens", true, "its tokens for people end after 8 h and are renewed (default: only a GitHub App's)")
	c.Flags().StringVar(&keyPath, "private-key", "", "where the private key is written (default NAME.private-key.pem here)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON; the private key is in its file only")
	mustFlag(c, "owner", "name")
	completePermissions(c)
	adminFlags(c)
	return c
}

// shownApp is what --json prints of a new app.
type shownApp struct {
	wire.LocalApp
	PrivateKey     string `json:"private_key,omitempty"` // hides the key itself
	PrivateKeyPath string `json:"private_key_path,omitempty"`
}

func printApp(w io.Writer, app wire.LocalApp, keyPath string) {
	fmt.Fprintf(w, "app id: %d\n", app.ID)
	for _, i := range app.Installations {
		fmt.Fprintf(w, "installation id: %d (%s)\n", i.ID, i.Where())
	}
	fmt.Fprintf(w, "client id: %s\n", app.ClientID)
	if app.ClientSecret != "" {
		fmt.Fprintf(w, "client secret: %s\n", app.ClientSecret)
	}
	if keyPath != "" {
		fmt.Fprintf(w, "private key: %s\n", keyPath)
	}
}

// permissionNames reads NAME=LEVEL,… and refuses what does not exist before anything is asked.
func permissionNames(list []string) (map[string]string, error) {
	p, err := slipway.ParsePermissions(strings.Join(list, ","))
	if err != nil {
		return nil, usagef("--permissions: %w", err)
	}
	names := make(map[string]string, len(p))
	for name, level := range p {
		names[name] = level.String()
	}
	return names, nil
}

// completePermissions offers every permission at every level it has.
func completePermissions(c *cobra.Command) {
	var all []string
	for _, name := range slipway.KnownPermissions() {
		for _, level := range []string{"read", "write"} {
			if _, err := slipway.ParsePermissions(name + "=" + level); err == nil {
				all = append(all, name+"="+level)
			}
		}
	}
	_ = c.RegisterFlagCompletionFunc("permissions", cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp))
}

func appListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the apps; never their secrets",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				apps, err := admin.Apps(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), apps)
				}
				var rows [][]any
				for _, a := range apps {
					rows = append(rows, []any{a.ID, a.Slug, a.Kind, a.Owner, a.ClientID, permissionList(a.Permissions), installedOn(a.Installations)})
				}
				return cli.Table(c.OutOrStdout(), "ID\tAPP\tKIND\tOWNER\tCLIENT ID\tPERMISSIONS\tINSTALLATIONS", rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

// permissionList is permissions as a table shows them, without the one that all have.
func permissionList(levels map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(levels)) {
		if name != slipway.Metadata {
			parts = append(parts, name+"="+levels[name])
		}
	}
	return strings.Join(parts, ",")
}

func installedOn(list []wire.LocalInstallation) string {
	parts := make([]string, len(list))
	for n, i := range list {
		parts[n] = strconv.FormatInt(i.ID, 10) + " " + i.Where()
	}
	return strings.Join(parts, "; ")
}

func appInstallCommand() *cobra.Command {
	var in wire.LocalInstallRequest
	var asJSON bool
	c := &cobra.Command{
		Use:   "install APP --repos OWNER/NAME,… | --all-repos-of LOGIN",
		Short: "Install an app on repositories, or change on which it is",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(in.Repositories) == 0 && len(in.AllOf) == 0 {
				return usagef("say where: --repos OWNER/NAME,… or --all-repos-of LOGIN")
			}
			if err := repositoryNames(in.Repositories); err != nil {
				return err
			}
			in.App = args[0]
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				list, err := admin.InstallApp(ctx, in)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), list)
				}
				for _, i := range list {
					fmt.Fprintf(c.OutOrStdout(), "installation id: %d (%s)\n", i.ID, i.Where())
				}
				return nil
			})
		},
	}
	c.Flags().StringSliceVar(&in.Repositories, "repos", nil, "OWNER/NAME,…: on these, and no others of their owners")
	c.Flags().StringSliceVar(&in.AllOf, "all-repos-of", nil, "on all repositories of these accounts, also later ones")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func appUninstallCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "uninstall INSTALLATION-ID",
		Short: "End an installation and its tokens",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || id <= 0 {
				return usagef("%q is not the id of an installation; `slipway app list` shows them", args[0])
			}
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.UninstallApp(ctx, wire.LocalUninstallRequest{ID: id}); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "installation %d is no more\n", id)
				return nil
			})
		},
	}
	adminFlags(c)
	return c
}

func appKeyCommand() *cobra.Command {
	var alone, asJSON bool
	var path string
	c := &cobra.Command{
		Use:   "key APP",
		Short: "Give a GitHub App one more private key, and print where it was written",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			key := keyFile{path: path}
			if err := key.begin(slipway.AppSlug(args[0])); err != nil {
				return err
			}
			return key.finish(administer(c, func(ctx context.Context, admin *client.Client) error {
				made, err := admin.NewPrivateKey(ctx, wire.LocalAppName{App: args[0], Alone: alone})
				if err != nil {
					return err
				}
				if err := key.write(made.PrivateKey); err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), shownKey{key.path})
				}
				fmt.Fprintf(c.OutOrStdout(), "private key: %s\n", key.path)
				return nil
			}))
		},
	}
	c.Flags().BoolVar(&alone, "alone", false, "end all earlier keys at once")
	c.Flags().StringVar(&path, "private-key", "", "where it is written (default APP.private-key.pem here)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON; the key is in its file only")
	adminFlags(c)
	return c
}

type shownKey struct {
	PrivateKeyPath string `json:"private_key_path"`
}

func appSecretCommand() *cobra.Command {
	var alone, asJSON bool
	c := &cobra.Command{
		Use:   "secret APP",
		Short: "Give an app one more client secret and print it, once",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				made, err := admin.NewClientSecret(ctx, wire.LocalAppName{App: args[0], Alone: alone})
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), made)
				}
				fmt.Fprintln(c.OutOrStdout(), made.ClientSecret)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&alone, "alone", false, "end all earlier secrets at once")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	adminFlags(c)
	return c
}

func appDeleteCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "delete APP",
		Short: "Delete an app with its installations and all its tokens",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return administer(c, func(ctx context.Context, admin *client.Client) error {
				if err := admin.DeleteApp(ctx, wire.LocalAppName{App: args[0]}); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "deleted app %s\n", args[0])
				return nil
			})
		},
	}
	adminFlags(c)
	return c
}
