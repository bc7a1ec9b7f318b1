package api

import (
	"strconv"
	"strings"
	"sync"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// accepted is what a caller's Accept header comes to (contract 1.3).
type accepted struct {
	shape  wire.Shape // which members bodies have
	echo   string     // X-GitHub-Media-Type
	param  string     // sha, diff, patch, raw, full, …: of the first GitHub type
	naming bool       // some GitHub type was named
	named  []string   // their versions: v3, cannonball-preview, …
}

// acceptReader reads Accept headers in the server's era and remembers what it has read: few spellings make nearly all
// traffic.
type acceptReader struct {
	era  slipway.Era
	mu   sync.RWMutex
	seen map[string]accepted
}

// Bounds of what is remembered and of what is looked at in one header.
const (
	acceptsRemembered = 256
	acceptTypesRead   = 32
	acceptLongest     = 1024
)

func newAcceptReader(era slipway.Era) *acceptReader {
	return &acceptReader{era: era, seen: make(map[string]accepted)}
}

// read never fails: an Accept header that names nothing we know is answered as JSON v3.
func (a *acceptReader) read(lines []string) accepted {
	header := ""
	switch len(lines) {
	case 0:
	case 1:
		header = lines[0]
	default:
		header = strings.Join(lines, ",")
	}
	a.mu.RLock()
	got, known := a.seen[header]
	a.mu.RUnlock()
	if known {
		return got
	}
	got = parseAccept(header, a.era)
	if len(header) <= acceptLongest {
		a.mu.Lock()
		if len(a.seen) < acceptsRemembered {
			a.seen[strings.Clone(header)] = got
		}
		a.mu.Unlock()
	}
	return got
}

// parseAccept switches on every preview that is named and makes the echo of contract 1.3: each GitHub type of the highest
// quality, in order.
func parseAccept(header string, era slipway.Era) accepted {
	var got accepted
	best, types := 0, 0
	var echoed []string
	for rest := header; rest != "" && types < acceptTypesRead; {
		var item string
		item, rest, _ = strings.Cut(rest, ",")
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		types++
		m, ok := parseMediaType(name)
		if !ok {
			continue
		}
		q := quality(params)
		if q == 0 {
			continue
		}
		if !got.naming {
			got.param = m.param
		}
		got.naming = true
		got.named = append(got.named, m.version)
		if q > best {
			best, echoed = q, echoed[:0]
		}
		if q == best {
			echoed = append(echoed, m.String())
		}
	}
	got.shape = wire.NewShape(era, got.named...)
	got.echo = echo(echoed, types, era)
	return got
}

// echo is the header's value when no GitHub type was named, too.
func echo(named []string, types int, era slipway.Era) string {
	switch {
	case len(named) > 0:
		return strings.Join(named, ", ")
	case types > 1:
		return "unknown, github.v3"
	case types == 0 && era < slipway.E7:
		return "github.beta; format=json" // what a request without Accept got until 2014
	default:
		return "github.v3; format=json"
	}
}

// mediaType is application/vnd.github[.VERSION][.PARAM][+json] taken apart.
type mediaType struct {
	version string // v3, beta, preview, cannonball-preview, …
	param   string
	json    bool
}

func parseMediaType(name string) (mediaType, bool) {
	rest, ok := strings.CutPrefix(name, "application/vnd.github")
	if !ok || rest != "" && rest[0] != '.' && rest[0] != '+' {
		return mediaType{}, false
	}
	rest, isJSON := strings.CutSuffix(rest, "+json")
	m := mediaType{version: "v3", json: isJSON}
	rest = strings.TrimPrefix(rest, ".")
	if rest == "" {
		return m, true
	}
	first, second, two := strings.Cut(rest, ".")
	if !isVersion(first) {
		m.param = rest
		return m, plainToken(rest)
	}
	m.version = first
	if two {
		m.param = second
	}
	return m, plainToken(rest)
}

func isVersion(s string) bool {
	if s == "beta" || s == "preview" || strings.HasSuffix(s, "-preview") {
		return true
	}
	digits, ok := strings.CutPrefix(s, "v")
	_, err := strconv.ParseUint(digits, 10, 16)
	return ok && err == nil
}

// plainToken keeps what is echoed to characters that cannot surprise the reader of a header.
func plainToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < 'a' || c > 'z' {
			if (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
				return false
			}
		}
	}
	return true
}

func (m mediaType) String() string {
	s := "github." + m.version
	if m.param != "" {
		s += "; param=" + m.param
	}
	if m.json || m.param == "" {
		s += "; format=json"
	}
	return s
}

// quality reads ;q= in thousandths; absent or unreadable is 1000.
func quality(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if name != "q" && name != "Q" {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(f >= 0 && f <= 1) {
			return 1000
		}
		return int(f * 1000)
	}
	return 1000
}
