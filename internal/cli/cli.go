// Package cli is the commands a person types against a server, wherever it runs: they speak its HTTP API with a token and
// know nothing of the server's insides. What administers a data folder is in cmd/slipway.
//
//	slipway hook list -R acme/web --server https://slipway.example
//
// Each noun is a file. All of them find their server, token and repository in the same way (target.go), print a table for
// people or, with --json, what the server answered, and end with the exit codes of decisions §7: 0 done, 1 anything else,
// 2 a usage error.
package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// Commands are the commands of this package, to be added to the program's root.
func Commands() []*cobra.Command {
	return []*cobra.Command{hookCommand()}
}

// Usage is an error of whoever typed the command.
type Usage struct{ error }

// ExitCode is 2.
func (u Usage) ExitCode() int { return 2 }

// Unwrap gives the error itself.
func (u Usage) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return Usage{fmt.Errorf(format, args...)} }

// printRaw prints what the server answered, indented.
func printRaw(w io.Writer, raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("the server answered something else than JSON: %w", err)
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(w)
	return err
}

// Table prints rows of columns that line up. What others wrote cannot move the cursor or end a row.
func Table(w io.Writer, header string, rows [][]any) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, header)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, oneLine(fmt.Sprint(cell)))
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// oneLine keeps what others wrote from moving the cursor or ending a row.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, s)
}

// when is a time as a table shows it.
func when(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.Local().Format("2006-01-02 15:04:05")
}
