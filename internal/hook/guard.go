package hook

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"code.dny.dev/ssrf"

	"github.com/slipway-deploy/slipway"
)

// Guard decides which addresses may be spoken to. Hooks are addresses that strangers choose: without it, a hook could make
// the server talk to what only the server can reach.
//
// It judges twice. [Guard.Check] refuses when a hook is written, so that its owner is told; the dialer judges again the
// address it is about to connect to, because a name can lead elsewhere a moment later. Only the second is protection.
type Guard struct {
	named    map[string][]uint16 // hosts that may have private addresses, with the ports named (none: all)
	exact    map[netip.Addr][]uint16
	ranges   []allowed
	special  *ssrf.Guardian // IANA's special-purpose ranges, and what of IPv6 is not assigned to the Internet
	resolver *net.Resolver
}

type allowed struct {
	netip.Prefix
	ports []uint16
}

// lookupTimeout bounds how long writing a hook waits for the name service. A name that cannot be resolved now is accepted.
const lookupTimeout = 2 * time.Second

// NewGuard makes a guard that also lets through what the list names: addresses (10.0.0.5), ranges (10.0.0.0/8) and host
// names (ci.internal), each with a port if only that port is meant. Link-local and metadata addresses are let through only
// where the list has exactly that address.
func NewGuard(allow []string) (*Guard, error) {
	g := &Guard{
		named:    map[string][]uint16{},
		exact:    map[netip.Addr][]uint16{},
		special:  ssrf.New(ssrf.WithAnyPort(), ssrf.WithAnyNetwork()),
		resolver: net.DefaultResolver,
	}
	for _, entry := range allow {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if err := g.allow(entry); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Guard) allow(entry string) error {
	if p, err := netip.ParsePrefix(entry); err == nil {
		g.allowRange(p, nil)
		return nil
	}
	host, ports := entry, []uint16(nil)
	if _, err := netip.ParseAddr(entry); err != nil {
		if h, p, err := net.SplitHostPort(entry); err == nil {
			n, err := strconv.ParseUint(p, 10, 16)
			if err != nil || n == 0 {
				return fmt.Errorf("%q is not an address, a range or a host name", entry)
			}
			host, ports = h, []uint16{uint16(n)}
		}
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if p, err := netip.ParsePrefix(host); err == nil {
		g.allowRange(p, ports)
		return nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		g.allowRange(netip.PrefixFrom(a.WithZone(""), a.BitLen()), ports)
		return nil
	}
	if host = name(host); host == "" || strings.ContainsFunc(host, notInHost) {
		return fmt.Errorf("%q is not an address, a range or a host name", entry)
	}
	g.named[host] = join(g.named, host, ports)
	return nil
}

// notInHost are the characters that no name of a host has; _ is in many that are not in public DNS.
func notInHost(r rune) bool {
	return r < utf8.RuneSelf && r != '-' && r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func (g *Guard) allowRange(p netip.Prefix, ports []uint16) {
	if a := plain(p.Addr()); p.IsSingleIP() {
		g.exact[a] = join(g.exact, a, ports)
		return
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	g.ranges = append(g.ranges, allowed{p.Masked(), ports})
}

// join adds ports to an entry; an entry without ports means all of them and stays so.
func join[K comparable](entries map[K][]uint16, key K, ports []uint16) []uint16 {
	have, found := entries[key]
	if found && have == nil || ports == nil {
		return nil
	}
	return append(have, ports...)
}

func open(ports []uint16, port uint16) bool {
	if ports == nil {
		return true
	}
	for _, p := range ports {
		if p == port {
			return true
		}
	}
	return false
}

// verdict is what the guard thinks of an address.
type verdict int

const (
	isRefused verdict = iota
	isPublic
	isAllowed // private, or special, and named by the list
)

// judge weighs one address, to be reached as host and at port.
func (g *Guard) judge(host string, address netip.Addr, port uint16) verdict {
	a := plain(address)
	if ports, found := g.exact[a]; found && open(ports, port) {
		return isAllowed
	}
	if within(mustBeNamed, a) {
		return isRefused
	}
	if ports, found := g.named[host]; found && open(ports, port) {
		return isAllowed
	}
	for _, r := range g.ranges {
		if (r.Contains(a) || r.Contains(address)) && open(r.ports, port) {
			return isAllowed
		}
	}
	if g.special.SafeAddr(a) != nil || sixToFour.Contains(address) {
		return isRefused
	}
	return isPublic
}

// errAddress says that the guard refused to connect. It never reaches a client as it is.
type errAddress struct{ host string }

func (e errAddress) Error() string { return unreachable(e.host) }

// unreachable is GitHub's sentence for hosts that are not public (contract 7.2).
func unreachable(host string) string {
	return fmt.Sprintf("url is not supported because it isn't reachable over the public Internet (%s)", host)
}

// dialer connects to nothing the guard refuses. It is the only way out for hook traffic.
func (g *Guard) dialer() func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		d := net.Dialer{Resolver: g.resolver, ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return g.control(name(host), network, address)
		}}
		known := literals(name(host))
		if known == nil {
			return d.DialContext(ctx, network, address)
		}
		err = errAddress{name(host)}
		for _, a := range known { // the guard and the system must read them alike
			to := net.JoinHostPort(a.String(), port)
			if g.control(name(host), "tcp", to) != nil {
				continue
			}
			if conn, err = d.DialContext(ctx, network, to); err == nil {
				return conn, nil
			}
		}
		return nil, err
	}
}

// control is asked by the dialer with the very address it connects to.
func (g *Guard) control(host, network, address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") || g.judge(host, to.Addr(), to.Port()) == isRefused {
		return errAddress{host}
	}
	return nil
}

// Check refuses addresses a hook may not have: a *slipway.Error of kind Invalid with GitHub's sentence. Names that cannot
// be resolved are accepted.
func (g *Guard) Check(ctx context.Context, address string) error {
	t, err := parseTarget(address)
	if err != nil {
		return invalidURL()
	}
	bad, good := false, false
	for _, a := range g.lookup(ctx, t.host) {
		switch g.judge(t.host, a, t.port) {
		case isRefused:
			bad = true
		case isAllowed:
			good = true
		}
	}
	if bad && !good {
		return slipway.ValidationFailed(slipway.Detail{Resource: "Hook", Code: "custom", Message: unreachable(t.shown)})
	}
	return nil
}

// lookup lists what a name stands for now; nothing when nobody knows.
func (g *Guard) lookup(ctx context.Context, host string) []netip.Addr {
	if known := literals(host); known != nil {
		return known
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	list, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	return list
}

// literals are the addresses of a host that no name service has to be asked for: an address in any spelling, and localhost,
// whose names not every system knows.
func literals(host string) []netip.Addr {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	}
	if a, is := numeric(host); is {
		return []netip.Addr{a}
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}
	}
	return nil
}
