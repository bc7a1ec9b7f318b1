package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// A field reads and writes one member of Settings as text. Its errors are the end of a sentence that begins with where
// the value came from; they do not repeat values that may be secret.
type field struct {
	get func(*Settings) string
	set func(*Settings, string) error
	on  bool // a switch: its flag may stand without a value
}

// A check refuses text that a setting cannot have.
type check func(string) error

func text(member func(*Settings) *string, checks ...check) field {
	return field{
		get: func(s *Settings) string { return *member(s) },
		set: func(s *Settings, v string) error {
			for _, ok := range checks {
				if v == "" {
					break
				}
				if err := ok(v); err != nil {
					return err
				}
			}
			*member(s) = v
			return nil
		},
	}
}

func many(member func(*Settings) *[]string, checks ...check) field {
	return field{
		get: func(s *Settings) string { return strings.Join(*member(s), ",") },
		set: func(s *Settings, v string) error {
			items := strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
			for _, item := range items {
				for _, ok := range checks {
					if err := ok(item); err != nil {
						return err
					}
				}
			}
			*member(s) = items
			return nil
		},
	}
}

func duration(member func(*Settings) *time.Duration) field {
	return field{
		get: func(s *Settings) string { return short(*member(s)) },
		set: func(s *Settings, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d <= 0 {
				return fmt.Errorf("%q is not a length of time; write it like 10s, 5m or 72h", v)
			}
			*member(s) = d
			return nil
		},
	}
}

// short is a duration without its zero parts: 72h, not 72h0m0s.
func short(d time.Duration) string {
	v := d.String()
	if strings.HasSuffix(v, "m0s") {
		v = strings.TrimSuffix(v, "0s")
	}
	if strings.HasSuffix(v, "h0m") {
		v = strings.TrimSuffix(v, "0m")
	}
	return v
}

func number(member func(*Settings) *int) field {
	return field{
		get: func(s *Settings) string { return strconv.Itoa(*member(s)) },
		set: func(s *Settings, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 {
				return fmt.Errorf("%q is not a whole number from 0 up", v)
			}
			*member(s) = n
			return nil
		},
	}
}

func yes(member func(*Settings) *bool) field {
	return field{
		on:  true,
		get: func(s *Settings) string { return strconv.FormatBool(*member(s)) },
		set: func(s *Settings, v string) error {
			b, err := strconv.ParseBool(v)
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", v)
			}
			*member(s) = b
			return nil
		},
	}
}

// not is a setting whose default is true, kept as its opposite so that the zero Settings is the default.
func not(member func(*Settings) *bool) field {
	opposite := yes(member)
	return field{
		on:  true,
		get: func(s *Settings) string { return strconv.FormatBool(!*member(s)) },
		set: func(s *Settings, v string) error {
			if err := opposite.set(s, v); err != nil {
				return err
			}
			*member(s) = !*member(s)
			return nil
		},
	}
}

func oneOf(words ...string) check {
	return func(v string) error {
		for _, w := range words {
			if v == w {
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", v, strings.Join(words, ", "))
	}
}

func isAddress(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is not an address to listen on; write HOST:PORT, such as 127.0.0.1:8480", v)
	}
	return nil
}

func isURL(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("%q is not an http(s) address", v)
	}
	return nil
}

func isBaseURL(v string) error {
	if err := isURL(v); err != nil {
		return err
	}
	if u, _ := url.Parse(v); strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q has more than a scheme and a host; Slipway serves from the root of a host", v)
	}
	return nil
}

// isDatabaseURL never prints the value: it holds a password.
func isDatabaseURL(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("a database address looks like postgres://user:password@host:5432/name")
	}
	return nil
}

func isNetwork(v string) error {
	if _, err := netip.ParsePrefix(v); err == nil {
		return nil
	}
	if _, err := netip.ParseAddr(v); err == nil {
		return nil
	}
	return fmt.Errorf("%q is not a network; write it like 10.0.0.0/8", v)
}

func isEra(v string) error {
	if _, err := slipway.ParseEra(v); err != nil {
		return fmt.Errorf("%q is not an era; write E0 to E11", v)
	}
	return nil
}

func isMailbox(v string) error {
	box, err := mail.ParseAddress(v)
	if err != nil || box.Name == "" || strings.ContainsAny(box.Name+box.Address, "<>\n\x00") {
		return fmt.Errorf("%q is not a name and address; write it like Slipway <noreply@example.com>", v)
	}
	return nil
}

func isHeader(v string) error {
	for _, r := range v {
		if r < ' ' || r > '~' {
			return fmt.Errorf("%q has characters that cannot stand in a header", v)
		}
	}
	return nil
}
