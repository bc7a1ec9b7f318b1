package login

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestThreatsAreTested: every line of docs/threats.md names a test that exists, and the lines are numbered without gaps.
func TestThreatsAreTested(t *testing.T) {
	text, err := os.ReadFile("../../docs/threats.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		number, err := strconv.Atoi(strings.TrimSpace(cells[0]))
		if err != nil {
			continue
		}
		if lines++; number != lines {
			t.Errorf("line %d has the number %d", lines, number)
		}
		if problem := untested(cells); problem != "" {
			t.Errorf("threat %d: %s", number, problem)
		}
	}
	if lines < 40 {
		t.Errorf("only %d threats were found", lines)
	}
}

var namedTest = regexp.MustCompile("^`(\\S+): (Test\\w+)`$")

// untested says what is wrong with a line of the list; empty when nothing is.
func untested(cells []string) string {
	if len(cells) != 4 {
		return "a line has a number, a threat, what stops it, and a test"
	}
	named := namedTest.FindStringSubmatch(strings.TrimSpace(cells[3]))
	if named == nil {
		return "no test is named in " + cells[3]
	}
	files, _ := filepath.Glob(filepath.Join("../..", named[1], "*_test.go"))
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(source), "\nfunc "+named[2]+"(t *testing.T) {") {
			return ""
		}
	}
	return "there is no " + named[2] + " in " + named[1]
}
