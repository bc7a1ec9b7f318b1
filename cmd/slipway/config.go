package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slipway-deploy/slipway/internal/hook"
)

// configCommand prints what serve would run with, and where each value came from.
func configCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "config",
		Short: "Print the effective settings and where each came from",
		Long: `Every setting is a flag, a variable and a key of the YAML file, in that order of strength:
--webhook-allow, SLIPWAY_WEBHOOK_ALLOW, webhook-allow. Passwords are masked.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := load(c, os.Getenv)
			if err != nil {
				return err
			}
			rows := l.rows()
			if asJSON {
				return printJSON(c.OutOrStdout(), rows)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "SETTING\tVALUE\tSOURCE")
			for _, r := range rows {
				fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, r.Value, r.Source)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	addFlags(c)
	return c
}

// effective is one line of `slipway config`.
type effective struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// rows are the settings in the order of the table, with the defaults that are worked out from others filled in.
func (l loaded) rows() []effective {
	urls := l.urls(l.Listen)
	derived := map[string]string{
		"external-url":    urls.Web,
		"api-url":         urls.API,
		"committer":       l.committer(hostOf(urls.Web)).Name + " <" + l.committer(hostOf(urls.Web)).Email + ">",
		"key-file":        keyPath(l.Settings),
		"hook-user-agent": hook.DefaultUserAgent,
		"meta-hooks":      strings.Join(l.metaHooks(), ","),
	}
	var rows []effective
	for _, row := range settings {
		r := effective{row.name, row.field.get(&l.Settings), l.source[row.name]}
		if r.Value == "" {
			r.Value = derived[row.name]
		}
		if row.name == "database-url" {
			r.Value = masked(r.Value)
		}
		rows = append(rows, r)
	}
	return rows
}

// masked is a database address without its passwords, wherever PostgreSQL takes one.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(hidden)"
	}
	q := u.Query()
	for name := range q {
		if name == "password" || name == "sslpassword" {
			q.Set(name, "xxxxx")
		}
	}
	u.RawQuery = q.Encode()
	return u.Redacted()
}

func printJSON(w interface{ Write([]byte) (int, error) }, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
