package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/client"
)

// hookCommand manages webhooks and what was sent to them.
func hookCommand() *cobra.Command {
	c := &cobra.Command{Use: "hook", Short: "Webhooks of a repository: create, edit, look at deliveries, deliver again"}
	c.AddCommand(
		hookListCommand(), hookCreateCommand(), hookEditCommand(), hookDeleteCommand(), hookPingCommand(), hookTestCommand(),
		hookHealthCommand(), hookDeliveriesCommand(), hookDeliveryCommand(), hookRedeliverCommand(), hookResumeCommand(), hookRotateCommand(),
	)
	return c
}

// aHook runs fn for the hook that the first argument names.
func (t *target) aHook(c *cobra.Command, args []string, fn func(ctx context.Context, api *client.API, repository string, id int64) error) error {
	id, err := parseID(args[0], "hook")
	if err != nil {
		return err
	}
	return t.at(c, func(ctx context.Context, api *client.API, repository string) error {
		return missing(fn(ctx, api, repository, id), "%s has no hook %d, or the token may not see it", repository, id)
	})
}

func parseID(text, what string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, usagef("%q is not the id of a %s", text, what)
	}
	return id, nil
}

// hookIDs completes the ids of a repository's hooks, with their addresses beside them.
func (t *target) hookIDs(c *cobra.Command, args []string, _ string) (ids []cobra.Completion, _ cobra.ShellCompDirective) {
	if len(args) == 0 {
		_ = t.at(c, func(ctx context.Context, api *client.API, repository string) error {
			list, err := api.Hooks(ctx, repository)
			for _, h := range list.Value {
				ids = append(ids, cobra.CompletionWithDesc(strconv.FormatInt(h.ID, 10), oneLine(h.Config["url"])))
			}
			return err
		})
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func hookListCommand() *cobra.Command {
	t := &target{}
	c := &cobra.Command{
		Use:   "list",
		Short: "List the hooks",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return t.at(c, func(ctx context.Context, api *client.API, repository string) error {
				list, err := api.Hooks(ctx, repository)
				if err != nil {
					return err
				}
				return t.show(c, list.Raw, func(w io.Writer) error {
					var rows [][]any
					for _, h := range list.Value {
						rows = append(rows, []any{h.ID, onOff(h.Active), strings.Join(h.Events, ","), h.Config["url"], lastResponse(h)})
					}
					return Table(w, "ID\tSTATE\tEVENTS\tURL\tLAST ANSWER", rows)
				})
			})
		},
	}
	t.flags(c)
	return c
}

func onOff(active bool) string {
	if active {
		return "active"
	}
	return "off"
}

func lastResponse(h client.Hook) string {
	if h.LastResponse.Code == nil {
		return "none yet"
	}
	text := strconv.Itoa(*h.LastResponse.Code)
	if h.LastResponse.Message != nil {
		text += " " + *h.LastResponse.Message
	}
	return text
}

func hookCreateCommand() *cobra.Command {
	t, s := &target{}, &hookSettings{}
	c := &cobra.Command{
		Use:     "create --url URL",
		Short:   "Create a hook, and ping it",
		Example: "  slipway hook create -R acme/web --url https://ci.example/hook --events deployment,status --content-type json --secret-file secret",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if s.url == "" {
				return usagef("--url is missing (`%s --help` shows an example)", c.CommandPath())
			}
			in, err := s.change(c, nil)
			if err != nil {
				return err
			}
			return t.at(c, func(ctx context.Context, api *client.API, repository string) error {
				h, err := api.CreateHook(ctx, repository, in)
				if err != nil {
					return err
				}
				return t.show(c, h.Raw, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "created hook %d: %s\n", h.Value.ID, strings.Join(h.Value.Events, ","))
					return err
				})
			})
		},
	}
	s.flags(c)
	t.flags(c)
	return c
}

func hookEditCommand() *cobra.Command {
	t, s := &target{}, &hookSettings{}
	c := &cobra.Command{
		Use:     "edit ID",
		Short:   "Change a hook; what is not said stays",
		Example: "  slipway hook edit 7 -R acme/web --add-events status --content-type json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				old, err := api.Hook(ctx, repository, id)
				if err != nil {
					return err
				}
				in, err := s.change(c, old.Value.Config)
				if err != nil {
					return err
				}
				h, err := api.EditHook(ctx, repository, id, in)
				if err != nil {
					return err
				}
				return t.show(c, h.Raw, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "edited hook %d: %s, %s\n", h.Value.ID, onOff(h.Value.Active), strings.Join(h.Value.Events, ","))
					return err
				})
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	s.flags(c)
	c.Flags().StringSliceVar(&s.addEvents, "add-events", nil, "events to hear of besides")
	c.Flags().StringSliceVar(&s.removeEvents, "remove-events", nil, "events not to hear of any more")
	for _, flag := range []string{"add-events", "remove-events"} {
		_ = c.RegisterFlagCompletionFunc(flag, hookEvents) // the flag is there
	}
	t.flags(c)
	return c
}

// hookSettings are the flags that say what a hook is like.
type hookSettings struct {
	url, contentType, secretFile, era string
	events, addEvents, removeEvents   []string
	active, insecureSSL, inactive     bool
}

func (s *hookSettings) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.url, "url", "", "address to deliver to")
	f.StringSliceVar(&s.events, "events", nil, "events to hear of, * for all (default: push)")
	f.StringVar(&s.contentType, "content-type", "", "json or form (default: form)")
	f.StringVar(&s.secretFile, "secret-file", "", "file that holds the secret to sign with, - for standard input")
	f.BoolVar(&s.insecureSSL, "insecure-ssl", false, "do not check the receiver's certificate")
	f.BoolVar(&s.active, "active", true, "deliver; --active=false switches the hook off")
	f.BoolVar(&s.inactive, "inactive-statuses", false, "deliver deployment statuses of state inactive too")
	f.StringVar(&s.era, "payload-era", "", "bodies of an earlier day: E0 to E11, or 2014-10-22")
	for flag, values := range map[string]cobra.CompletionFunc{
		"events":       hookEvents,
		"content-type": cobra.FixedCompletions([]cobra.Completion{"json", "form"}, cobra.ShellCompDirectiveNoFileComp),
	} {
		_ = c.RegisterFlagCompletionFunc(flag, values) // the flag is there
	}
}

// hookEvents completes the names of events this server sends, in a list with commas.
func hookEvents(_ *cobra.Command, _ []string, typed string) (list []cobra.Completion, _ cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	for _, event := range []string{"*", "create", "delete", "deployment", "deployment_status", "push", "status"} {
		list = append(list, before+event)
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// change is what the flags ask of a hook with a config; nil for a new one. Of the config, what no flag names stays.
func (s *hookSettings) change(c *cobra.Command, config map[string]string) (in client.HookChange, err error) {
	for _, events := range []struct {
		flag string
		list []string
	}{{"events", s.events}, {"add-events", s.addEvents}, {"remove-events", s.removeEvents}} {
		if i := slices.IndexFunc(events.list, func(e string) bool { return !slipway.KnownHookEvent(e) }); i >= 0 {
			return in, usagef("--%s: %q is not an event, as push, status and deployment are", events.flag, events.list[i])
		}
	}
	said := c.Flags().Changed
	in.Events, in.AddEvents, in.RemoveEvents = s.events, s.addEvents, s.removeEvents
	if said("active") {
		in.Active = &s.active
	}
	keys := map[string]string{}
	for flag, value := range map[string]string{"url": s.url, "content-type": s.contentType, "payload-era": s.era} {
		if said(flag) {
			keys[strings.ReplaceAll(flag, "-", "_")] = value
		}
	}
	for flag, on := range map[string]bool{"insecure-ssl": s.insecureSSL, "inactive-statuses": s.inactive} {
		if said(flag) {
			keys[map[string]string{"insecure-ssl": slipway.ConfigInsecureSSL, "inactive-statuses": slipway.ConfigInactive}[flag]] = oneOrZero(on)
		}
	}
	if said("secret-file") {
		if keys[slipway.ConfigSecret], err = readSecret(c, s.secretFile, "--secret-file"); err != nil {
			return in, err
		}
	}
	if len(keys) == 0 {
		return in, nil
	}
	in.Config = map[string]string{}
	for _, from := range []map[string]string{config, keys} { // the old config has its secret as eight asterisks, which keep it
		for key, value := range from {
			in.Config[key] = value
		}
	}
	return in, nil
}

func oneOrZero(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
