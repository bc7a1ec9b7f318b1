// Command run proves that clients nobody here wrote work against Slipway unchanged. It starts a server for each suite, makes
// people, a repository and a history in it, runs the suite and reads what it says it did. All that passes between client and
// server, and between server and receivers, goes through a watcher and is held against GitHub's own descriptions.
//
//	go run ./run -slipway ../../bin/slipway -suites all
//
// It prints the table of clients and parts, and fails on anything red, on a part that nobody reports, on a violation that is
// not accepted, and on an accepted one that no longer occurs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway/conformance/go/describe"
)

func main() {
	home := flag.String("conformance", "..", "the folder conformance/")
	binary := flag.String("slipway", "../../bin/slipway", "the binary to try")
	only := flag.String("suites", "", "run only these, separated by commas")
	update := flag.Bool("update", false, "write exercised.txt")
	parallel := flag.Int("parallel", 3, "how many suites at once")
	verbose := flag.Bool("v", false, "show what the suites print")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *home, *binary, *only, *parallel, *verbose, *update); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, home, binary, only string, parallel int, verbose, update bool) error {
	begun := time.Now()
	home, err := filepath.Abs(home)
	if err != nil {
		return err
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	github, err := describe.Load(filepath.Join(home, "js", "node_modules"))
	if err != nil {
		return fmt.Errorf("GitHub's descriptions: %w", err)
	}
	ours, err := describe.LoadOurs(filepath.Join(home, "..", "docs", "openapi.yaml"))
	if err != nil {
		return err
	}
	accepted, err := readAccepted(filepath.Join(home, "accepted.txt"))
	if err != nil {
		return err
	}
	chosen := suites
	if only != "" {
		chosen = slices.DeleteFunc(slices.Clone(suites), func(s suite) bool { return !slices.Contains(strings.Split(only, ","), s.name) })
	}
	results := runAll(ctx, chosen, home, binary, parallel, verbose)
	judge := judge{github: github, ours: ours, accepted: accepted, visited: map[string][]string{}, delivered: map[string]bool{}}
	schema, err := describe.GraphQL(filepath.Join(home, "js", "node_modules"), filepath.Join(home, "..", "internal", "graph", "schema"))
	if err != nil {
		return err
	}
	for _, v := range schema {
		judge.add("the schema", v, v.Says)
	}
	for i := range results {
		judge.look(&results[i])
	}
	problems := printTable(os.Stdout, results)
	whole := only == "" && !slices.ContainsFunc(results, func(r result) bool { return len(r.parts) == 0 })
	problems += judge.print(os.Stdout, whole)
	fmt.Printf("\n%d suites, %d answers and %d deliveries judged, in %d s\n", len(results), judge.answers, judge.deliveries, int(time.Since(begun).Seconds()))
	if only == "" {
		if err := judge.keep(filepath.Join(home, "exercised.txt"), update); err != nil {
			return err
		}
	}
	if problems > 0 {
		return fmt.Errorf("%d problems", problems)
	}
	return nil
}

// runAll runs the suites, a few at a time, and gives their results in the order of the table.
func runAll(ctx context.Context, chosen []suite, home, binary string, parallel int, verbose bool) []result {
	results := make([]result, len(chosen))
	turn := make(chan bool, parallel)
	var wait sync.WaitGroup
	for i := range chosen {
		wait.Add(1)
		go func() {
			defer wait.Done()
			turn <- true
			defer func() { <-turn }()
			results[i] = runOne(ctx, chosen[i], home, binary, verbose)
		}()
	}
	wait.Wait()
	return results
}

func runOne(ctx context.Context, s suite, home, binary string, verbose bool) result {
	r := result{suite: s, parts: map[string]outcome{}}
	dir, err := os.MkdirTemp("", "conformance-"+s.name+"-")
	if err != nil {
		r.err = err
		return r
	}
	began := time.Now()
	if r.err = r.play(ctx, home, binary, dir); r.err != nil || r.red() {
		log, _ := os.ReadFile(filepath.Join(dir, "server.log"))
		fmt.Printf("=== %s failed: %v\n%s\n--- the server said, at last:\n%s\n", s.name, r.err, r.output, tail(string(log), 30))
	} else if verbose {
		fmt.Printf("=== %s\n%s", s.name, r.output)
	}
	r.took = time.Since(began)
	fmt.Printf("%-24s %3d s\n", s.name, int(r.took.Seconds()))
	if err := os.RemoveAll(dir); err != nil {
		r.err = errors.Join(r.err, err)
	}
	return r
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
