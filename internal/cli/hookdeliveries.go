package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/client"
)

// onHook makes a command that does one thing to a hook and says so.
func onHook(use, short, sentence string, do func(*client.API, context.Context, string, int64) error) *cobra.Command {
	t := &target{}
	c := &cobra.Command{
		Use:   use + " ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				if err := do(api, ctx, repository, id); err != nil {
					return err
				}
				return t.done(c, sentence, id)
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	t.flags(c)
	return c
}

func hookDeleteCommand() *cobra.Command {
	return onHook("delete", "Delete a hook, and what waits to be delivered to it", "deleted hook %d", (*client.API).DeleteHook)
}

func hookPingCommand() *cobra.Command {
	return onHook("ping", "Send a hook a ping", "pinged hook %d", (*client.API).PingHook)
}

func hookTestCommand() *cobra.Command {
	return onHook("test", "Send a hook the latest push again, if it listens to pushes", "tested hook %d", (*client.API).TestHook)
}

// shownHealth makes a command that shows how delivering to a hook goes.
func shownHealth(use, short string, ask func(*client.API, context.Context, string, int64) (client.Answer[client.HookHealth], error)) *cobra.Command {
	t := &target{}
	c := &cobra.Command{
		Use:   use + " ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				h, err := ask(api, ctx, repository, id)
				if err != nil {
					return err
				}
				return t.show(c, h.Raw, func(w io.Writer) error { return printHealth(w, h.Value) })
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	t.flags(c)
	return c
}

func hookHealthCommand() *cobra.Command {
	return shownHealth("health", "Show how delivering to a hook goes", (*client.API).HookHealth)
}

func hookResumeCommand() *cobra.Command {
	return shownHealth("resume", "Try a parked hook again, at once and in order", (*client.API).ResumeHook)
}

func printHealth(w io.Writer, h client.HookHealth) error {
	rows := [][]any{{"waiting", h.Waiting}, {"failing", h.Failing}}
	for _, row := range []struct {
		name string
		at   *time.Time
	}{{"parked since", h.ParkedAt}, {"oldest event", h.OldestEventAt}, {"next attempt", h.NextAttemptAt}} {
		if row.at != nil {
			rows = append(rows, []any{row.name, when(row.at, "")})
		}
	}
	for _, row := range []struct {
		name string
		last *client.Delivery
	}{{"last success", h.LastSuccess}, {"last failure", h.LastFailure}} {
		if row.last != nil {
			rows = append(rows, []any{row.name, fmt.Sprintf("%s, %s: %s", when(&row.last.DeliveredAt, ""), row.last.Event, row.last.Status)})
		}
	}
	if h.SecretRotation.Rotating {
		rows = append(rows, []any{"rotating since", when(h.SecretRotation.Since, "")})
	}
	return Table(w, "state\t"+h.State, rows)
}

func hookDeliveriesCommand() *cobra.Command {
	t := &target{}
	var status string
	var limit int
	c := &cobra.Command{
		Use:   "deliveries ID",
		Short: "List the attempts to deliver, newest first",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if status != "" && status != "success" && status != "failure" {
				return usagef("--status: %q is neither success nor failure", status)
			}
			if limit < 1 {
				return usagef("--limit must be 1 or more")
			}
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				list, err := api.Deliveries(ctx, repository, id, status, limit)
				if err != nil {
					return err
				}
				return t.show(c, list.Raw, func(w io.Writer) error {
					var rows [][]any
					for _, d := range list.Value {
						rows = append(rows, []any{d.ID, d.GUID, d.Event, d.StatusCode, d.Status, again(d), when(&d.DeliveredAt, "")})
					}
					return Table(w, "ID\tGUID\tEVENT\tCODE\tSTATUS\tATTEMPT\tAT", rows)
				})
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	c.Flags().StringVar(&status, "status", "", "only those with success or failure")
	c.Flags().IntVar(&limit, "limit", 30, "how many")
	_ = c.RegisterFlagCompletionFunc("status", cobra.FixedCompletions([]cobra.Completion{"success", "failure"}, cobra.ShellCompDirectiveNoFileComp))
	t.flags(c)
	return c
}

func again(d client.Delivery) string {
	if d.Redelivery {
		return "again"
	}
	return "first"
}

func hookDeliveryCommand() *cobra.Command {
	t := &target{}
	c := &cobra.Command{
		Use:   "delivery ID DELIVERY",
		Short: "Show one attempt: what was sent and what came back (the payload with --json)",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				delivery, err := parseID(args[1], "delivery")
				if err != nil {
					return err
				}
				d, err := api.Delivery(ctx, repository, id, delivery)
				if err != nil {
					return noDelivery(err, repository, id, delivery)
				}
				return t.show(c, d.Raw, func(w io.Writer) error { return printDelivery(w, d.Value) })
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	t.flags(c)
	return c
}

func printDelivery(w io.Writer, d client.Delivery) error {
	fmt.Fprintf(w, "%s %s, %s\n%s\n%d %s, %s attempt, %.2f s\n\n> POST\n",
		oneLine(d.Event), oneLine(d.GUID), when(&d.DeliveredAt, ""), oneLine(d.URL), d.StatusCode, oneLine(d.Status), again(d), d.Duration)
	for _, part := range []struct {
		sign    string
		headers map[string]string
	}{{">", d.Request.Headers}, {"<", d.Response.Headers}} {
		for _, name := range slices.Sorted(maps.Keys(part.headers)) {
			fmt.Fprintf(w, "%s %s: %s\n", part.sign, oneLine(name), oneLine(part.headers[name]))
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintln(w, oneLine(d.Response.Payload))
	return err
}

func hookRedeliverCommand() *cobra.Command {
	t := &target{}
	var since, only string
	c := &cobra.Command{
		Use:   "redeliver ID [DELIVERY]",
		Short: "Deliver one attempt's event again, or all that failed",
		Example: `  slipway hook redeliver 7 4711              # this one
  slipway hook redeliver 7 --since 24h       # what failed in the last day
  slipway hook redeliver 7 --only all --since 2026-03-01T12:00:00Z`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := redelivery(since, only, time.Now())
			if err != nil {
				return err
			}
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				if len(args) == 2 {
					return redeliverOne(ctx, c, t, api, repository, id, args[1])
				}
				n, err := api.RedeliverMany(ctx, repository, id, in)
				if err != nil {
					return err
				}
				return t.show(c, n.Raw, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "queued %d deliveries of hook %d\n", n.Value.Queued, id)
					return err
				})
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	c.Flags().StringVar(&since, "since", "", "last attempted since a time, or for a duration such as 24h (default: all that is kept)")
	c.Flags().StringVar(&only, "only", "failed", "failed, or all")
	_ = c.RegisterFlagCompletionFunc("only", cobra.FixedCompletions([]cobra.Completion{"failed", "all"}, cobra.ShellCompDirectiveNoFileComp))
	t.flags(c)
	return c
}

// redelivery reads the flags of bulk redelivery.
func redelivery(since, only string, now time.Time) (in client.Redelivery, err error) {
	if only != "failed" && only != "all" {
		return in, usagef("--only: %q is neither failed nor all", only)
	}
	in.Only = only
	if since == "" {
		return in, nil
	}
	at, err := time.Parse(time.RFC3339, since)
	if err != nil {
		ago, wrong := time.ParseDuration(since)
		if wrong != nil || ago <= 0 {
			return in, usagef("--since: %q is neither a time such as 2026-03-01T12:00:00Z nor a duration such as 24h", since)
		}
		at = now.Add(-ago)
	}
	at = at.UTC()
	in.Since = &at
	return in, nil
}

func redeliverOne(ctx context.Context, c *cobra.Command, t *target, api *client.API, repository string, hook int64, text string) error {
	for _, flag := range []string{"since", "only"} {
		if c.Flags().Changed(flag) {
			return usagef("--%s is for many deliveries, not for one", flag)
		}
	}
	id, err := parseID(text, "delivery")
	if err != nil {
		return err
	}
	if err := api.Redeliver(ctx, repository, hook, id); err != nil {
		return noDelivery(err, repository, hook, id)
	}
	return t.done(c, "queued delivery %d of hook %d", id, hook)
}

func noDelivery(err error, repository string, hook, delivery int64) error {
	return missing(err, "hook %d of %s has no delivery %d, or the token may not see it", hook, repository, delivery)
}

func hookRotateCommand() *cobra.Command {
	t := &target{}
	var secretFile string
	var finish bool
	c := &cobra.Command{
		Use:   "rotate ID [--secret-file FILE | --finish]",
		Short: "Give a hook a second live secret, then make it the only one; without a flag, look",
		Example: `  openssl rand -hex 32 > next; slipway hook rotate 7 --secret-file next   # both are live
  # teach the receiver the next secret, then:
  slipway hook rotate 7 --finish`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if secretFile != "" && finish {
				return usagef("--secret-file begins a rotation and --finish ends it: one at a time")
			}
			return t.aHook(c, args, func(ctx context.Context, api *client.API, repository string, id int64) error {
				state, err := rotate(ctx, c, api, repository, id, secretFile, finish)
				if err != nil {
					return err
				}
				return t.show(c, state.Raw, func(w io.Writer) error {
					text := "one secret is live, or none"
					if state.Value.Rotating {
						text = "two secrets are live since " + when(state.Value.Since, "")
					}
					_, err := fmt.Fprintf(w, "hook %d: %s\n", id, text)
					return err
				})
			})
		},
		ValidArgsFunction: t.hookIDs,
	}
	c.Flags().StringVar(&secretFile, "secret-file", "", "file that holds the next secret, - for standard input")
	c.Flags().BoolVar(&finish, "finish", false, "make the next secret the only one")
	t.flags(c)
	return c
}

func rotate(ctx context.Context, c *cobra.Command, api *client.API, repository string, id int64, secretFile string, finish bool) (state client.Answer[client.SecretRotation], err error) {
	switch {
	case finish:
		state, err = api.FinishRotation(ctx, repository, id)
		return state, missing(err, "hook %d of %s has no second secret, or the token may not see it", id, repository)
	case secretFile == "":
		return api.SecretRotation(ctx, repository, id)
	}
	secret, err := readSecret(c, secretFile, "--secret-file")
	if err != nil {
		return state, err
	}
	return api.RotateSecret(ctx, repository, id, secret)
}
