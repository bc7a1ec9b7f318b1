package hook

import (
	"net/netip"
	"strconv"
	"strings"
)

// mustBeNamed are addresses that only an exact entry of the allow-list includes, however wide its other entries are:
// link-local ones, and those at which clouds hand out credentials to whoever asks.
var mustBeNamed = prefixes(
	"169.254.0.0/16", "fe80::/10",
	"100.100.100.200/32", // Alibaba
	"168.63.129.16/32",   // Azure
	"192.0.0.192/32",     // Oracle
	"fd00:ec2::/32",      // AWS
	"fd20:ce::254/128",   // Google
)

// carriers are IPv6 ranges whose addresses only stand for an IPv4 address, which begins at a byte.
var carriers = []struct {
	netip.Prefix
	at int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // translated (SIIT)
	{sixToFour, 2},
	{netip.MustParsePrefix("::/96"), 12}, // compatible, as it once was
}

// sixToFour is a range whose relays are gone: nothing in it is public, whatever it carries.
var sixToFour = netip.MustParsePrefix("2002::/16")

var noneOrLoopback = netip.MustParsePrefix("::/127") // :: and ::1, which lie in ::/96 and carry nothing

// plain is the address that is meant: without a zone, and IPv4 where an IPv6 address (v4-mapped, NAT64, …) stands for one.
func plain(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if a.Is4() || noneOrLoopback.Contains(a) {
		return a
	}
	for _, c := range carriers {
		if c.Contains(a) {
			b := a.As16()
			return netip.AddrFrom4([4]byte(b[c.at : c.at+4]))
		}
	}
	return a
}

func within(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

// numeric reads a host the way C libraries and browsers do: one to four numbers in decimal, octal or hexadecimal, the
// last of which fills what is left (127.1, 0x7f.1, 0177.0.0.1, 2130706433). is says that the host can be nothing else,
// because its last part is a number; a is then invalid if it is none of these.
func numeric(host string) (a netip.Addr, is bool) {
	parts := strings.Split(host, ".")
	if strings.Contains(host, ":") || !looksNumeric(parts[len(parts)-1]) {
		return a, false
	}
	if len(parts) > 4 {
		return a, true
	}
	var value uint64
	for i, part := range parts {
		n, err := parseNumber(part)
		width := 8
		if i == len(parts)-1 {
			width = 8 * (5 - len(parts))
		}
		if err != nil || n >= 1<<width {
			return a, true
		}
		value = value<<width | n
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}

// looksNumeric reports whether a part of a host is a number in any of the bases, so that the host cannot be a name.
func looksNumeric(part string) bool {
	if part == "" {
		return false
	}
	if strings.Trim(part, "0123456789") == "" {
		return true
	}
	hex, ok := cutHex(part)
	return ok && strings.Trim(hex, "0123456789abcdefABCDEF") == ""
}

func parseNumber(part string) (uint64, error) {
	if hex, ok := cutHex(part); ok {
		if hex == "" {
			return 0, nil
		}
		return strconv.ParseUint(hex, 16, 64)
	}
	if len(part) > 1 && part[0] == '0' {
		return strconv.ParseUint(part, 8, 64)
	}
	return strconv.ParseUint(part, 10, 64)
}

func cutHex(part string) (string, bool) {
	if len(part) >= 2 && part[0] == '0' && (part[1] == 'x' || part[1] == 'X') {
		return part[2:], true
	}
	return part, false
}
