package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// printTable prints clients by parts, and below it why cells are empty. It returns how many things are red.
func printTable(w io.Writer, results []result) (problems int) {
	fmt.Fprintf(w, "\n%-16s", "")
	for i := range results {
		fmt.Fprintf(w, " %c ", 'A'+rune(i))
	}
	fmt.Fprintln(w)
	for _, p := range parts {
		fmt.Fprintf(w, "%-16s", p)
		for i := range results {
			fmt.Fprintf(w, "%s", results[i].cell(p))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	for i := range results {
		r := &results[i]
		fmt.Fprintf(w, "%c  %s", 'A'+rune(i), r.title)
		if r.why != "" {
			fmt.Fprintf(w, " (%s)", r.why)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "\n✓ by the client's own methods   raw: by its method for raw requests   –: not, for a reason   ·: not what the client is for")
	printReasons(w, results)
	for i := range results {
		for _, p := range results[i].problems() {
			fmt.Fprintf(w, "RED  %s: %s\n", results[i].name, p)
			problems++
		}
	}
	return problems
}

// printReasons prints each reason for a missing part once, with whom it concerns.
func printReasons(w io.Writer, results []result) {
	var order []string
	who := map[string][]string{}
	for i := range results {
		for _, p := range parts {
			if o := results[i].parts[p]; o.how == "none" {
				line := p + ": " + o.text
				if who[line] == nil {
					order = append(order, line)
				}
				who[line] = append(who[line], string('A'+rune(i)))
			}
		}
	}
	slices.Sort(order)
	for _, line := range order {
		fmt.Fprintf(w, "–  %s: %s\n", strings.Join(who[line], ", "), line)
	}
}

// cell is three columns wide.
func (r *result) cell(p string) string {
	if r.suite.parts != nil && !slices.Contains(r.suite.parts, p) {
		return " · "
	}
	switch r.parts[p].how {
	case "client":
		return " ✓ "
	case "raw":
		return "raw"
	case "none":
		return " – "
	}
	return "RED"
}
