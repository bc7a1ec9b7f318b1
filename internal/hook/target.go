package hook

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// invalidURL is GitHub's refusal of what is no URL (contract 7.2).
func invalidURL() error {
	return slipway.ValidationFailed(slipway.Detail{
		Resource: "Hook", Code: "custom",
		Message: "The URL you've entered is not valid. Please make sure that you encode all special characters first",
	})
}

// target is where a hook's URL leads.
type target struct {
	*url.URL
	host  string // as names are compared
	shown string // as its owner wrote it
	port  uint16
}

var errURL = errors.New("not a URL a hook can have")

// parseTarget reads a hook's URL: absolute, http or https, printable ASCII, with a host that is a name or an address.
func parseTarget(text string) (target, error) {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f || text[i] == '\\' {
			return target{}, errURL
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return target{}, errURL
	}
	t := target{URL: u, shown: u.Hostname(), host: name(u.Hostname()), port: 80}
	if u.Scheme == "https" {
		t.port = 443
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return target{}, errURL
		}
		t.port = uint16(n)
	}
	return t, t.checkHost()
}

// checkHost lets through an address in any spelling, and what could be a name.
func (t *target) checkHost() error {
	if strings.HasPrefix(t.URL.Host, "[") {
		a, err := netip.ParseAddr(t.host)
		if err != nil || a.Zone() != "" {
			return errURL
		}
		return nil
	}
	if a, is := numeric(t.host); is {
		if !a.IsValid() {
			return errURL
		}
		return nil
	}
	return checkName(t.host)
}

// checkName lets through what DNS could have: letters, digits, hyphens and underscores in labels of 1 to 63.
func checkName(host string) error {
	if host == "" || len(host) > 253 {
		return errURL
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return errURL
		}
	}
	return nil
}

// name is a host as it is compared: in lower case, without the dot at the end.
func name(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }
