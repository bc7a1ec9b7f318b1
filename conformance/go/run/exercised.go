package main

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
)

// exercised is the file that says which suites got a good answer of which operation; docs/coverage.md is made of it.
func (j *judge) exercised() string {
	var b strings.Builder
	b.WriteString("# Which suites get a good answer of which operation. Written by conformance/run -update.\n")
	for _, operation := range slices.Sorted(maps.Keys(j.visited)) {
		b.WriteString(operation + ": " + strings.Join(j.visited[operation], " ") + "\n")
	}
	return b.String()
}

// keep compares the file with what a whole run saw, or writes it.
func (j *judge) keep(file string, update bool) error {
	if update {
		return os.WriteFile(file, []byte(j.exercised()), 0o644)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if string(kept) != j.exercised() {
		return errors.New("exercised.txt is stale: make conformance CONFORMANCE=-update, then go test ./internal/api -run TestCoverage -update")
	}
	return nil
}
