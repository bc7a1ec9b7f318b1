package cli

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestRepositoryOfARemote(t *testing.T) {
	for address, want := range map[string]string{
		"https://slipway.example/acme/web.git":            "acme/web",
		"https://ada:secret@slipway.example/acme/web/":    "acme/web",
		"http://127.0.0.1:8480/acme/web":                  "acme/web",
		"git@slipway.example:acme/web.git":                "acme/web",
		"ssh://git@slipway.example:2222/git/acme/web.git": "acme/web",
		"/srv/repos/acme/web.git":                         "acme/web",
		"web.git":                                         "",
		"https://slipway.example/web":                     "",
		"":                                                "",
	} {
		if got, ok := repositoryOf(address); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v, want %q", address, got, ok, want)
		}
	}
}

func TestRedeliverySince(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for since, want := range map[string]string{
		"24h": "2026-02-28T12:00:00Z", "90m": "2026-03-01T10:30:00Z", "2026-01-02T03:04:05+01:00": "2026-01-02T02:04:05Z",
	} {
		in, err := redelivery(since, "all", now)
		if err != nil || in.Since == nil || in.Since.Format(time.RFC3339) != want || in.Only != "all" {
			t.Errorf("%s: %+v, %v, want %s", since, in, err, want)
		}
	}
	if in, err := redelivery("", "failed", now); err != nil || in.Since != nil {
		t.Errorf("no time: %+v, %v", in, err)
	}
	for _, since := range []string{"-1h", "0s", "yesterday", "2026-01-02"} {
		var u Usage
		if _, err := redelivery(since, "failed", now); !errors.As(err, &u) || u.ExitCode() != 2 {
			t.Errorf("%s: %v", since, err)
		}
	}
}

// TestTablesHoldStill: what others wrote moves no cursor and ends no row.
func TestTablesHoldStill(t *testing.T) {
	var b strings.Builder
	if err := Table(&b, "A\tB", [][]any{{1, "x\x1b[2J\ny\tz\u009b"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "A  B\n1  x�[2J�y�z�\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
