package api

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

func TestAccept(t *testing.T) {
	for _, row := range []struct {
		header string
		echo   string
		shape  wire.Shape
		param  string
	}{
		{"", "github.v3; format=json", wire.Shape{}, ""},
		{"*/*", "github.v3; format=json", wire.Shape{}, ""},
		{"application/json", "github.v3; format=json", wire.Shape{}, ""},
		{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "unknown, github.v3", wire.Shape{}, ""},
		{"application/vnd.github+json", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.v3+json", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.v3", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.v3.full+json", "github.v3; param=full; format=json", wire.Shape{}, "full"},
		{"application/vnd.github.beta+json", "github.beta; format=json", wire.Shape{}, ""},
		{"application/vnd.github.preview", "github.preview; format=json", wire.Shape{Seed: true}, ""},
		{"application/vnd.github.cannonball-preview+json", "github.cannonball-preview; format=json", wire.Shape{Cannonball: true}, ""},
		{
			"application/vnd.github.ant-man-preview+json, application/vnd.github.flash-preview+json",
			"github.ant-man-preview; format=json, github.flash-preview; format=json",
			wire.Shape{AntMan: true, Flash: true},
			"",
		},
		{"application/vnd.github.mercy-preview+json", "github.mercy-preview; format=json", wire.Shape{}, ""},
		{"application/vnd.github.she-hulk-preview+json", "github.she-hulk-preview; format=json", wire.Shape{SheHulk: true}, ""},
		{"application/vnd.github.v3+json,application/vnd.github.beta+json;q=0.5,application/json;q=0.1", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.beta+json;q=0.5,application/vnd.github.v3+json", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.flash-preview+json;q=0", "github.v3; format=json", wire.Shape{}, ""},
		{"Application/VND.GitHub.V3+JSON", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.sha", "github.v3; param=sha", wire.Shape{}, "sha"},
		{"application/vnd.github.v3.diff", "github.v3; param=diff", wire.Shape{}, "diff"},
		{"application/vnd.githubx+json", "github.v3; format=json", wire.Shape{}, ""},
		{"application/vnd.github.v3.<script>+json", "github.v3; format=json", wire.Shape{}, ""},
		{",,;q=;,", "github.v3; format=json", wire.Shape{}, ""},
	} {
		got := parseAccept(row.header, slipway.E11)
		row.shape.Era = slipway.E11
		if got.echo != row.echo || got.shape != row.shape || got.param != row.param {
			t.Errorf("%q: %+v", row.header, got)
		}
	}
	if got := parseAccept("", slipway.E3); got.echo != "github.beta; format=json" || got.shape.Era != slipway.E3 {
		t.Errorf("E3 without Accept: %+v", got)
	}
}

func TestAcceptIsRemembered(t *testing.T) {
	a := newAcceptReader(slipway.E11)
	for range 2 {
		got := a.read([]string{"application/vnd.github.ant-man-preview+json", "application/vnd.github.flash-preview+json"})
		if !got.shape.AntMan || !got.shape.Flash {
			t.Fatalf("two lines: %+v", got)
		}
	}
	for i := range 2 * acceptsRemembered {
		a.read([]string{strings.Repeat("x", i)})
	}
	if len(a.seen) > acceptsRemembered {
		t.Errorf("%d headers are kept", len(a.seen))
	}
	header := []string{"application/vnd.github.v3+json"}
	if n := testing.AllocsPerRun(100, func() { newAcceptReaderRead(a, header) }); n > 0 {
		t.Logf("%v allocations a read", n) // only once the cache is full of others
	}
}

func newAcceptReaderRead(a *acceptReader, h []string) { a.read(h) }

// FuzzAccept: whatever the header, the echo can stand in one.
func FuzzAccept(f *testing.F) {
	for _, s := range []string{"", "*/*;q=0.1", "application/vnd.github.v3.full+json;q=0.5, application/json", "application/vnd.github.\r\nx: y", "application/vnd.github..+json"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := parseAccept(header, slipway.E11)
		if got.echo == "" || strings.ContainsAny(got.echo, "\r\n\x00<>\"") || len(got.echo) > 2*len(header)+64+acceptTypesRead*64 {
			t.Fatalf("%q: %q", header, got.echo)
		}
	})
}
