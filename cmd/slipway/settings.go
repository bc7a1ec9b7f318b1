package main

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Settings is everything an operator can choose. An empty member means its default, so the zero Settings is a server on
// 127.0.0.1:8480 with its data in ./data. Nothing here is global: whoever needs a choice is handed it.
type Settings struct {
	Data        string // ./data
	Listen      string // 127.0.0.1:8480
	ExternalURL string // http://LISTEN
	APIURL      string // ExternalURL/api/v3
	DatabaseURL string // SQLite in the data folder
	KeyFile     string // DATA/keys/secret-1.key

	WebhookAllow     []string
	WebhookTimeout   time.Duration // 10s
	WebhookRetryMin  time.Duration // 5s
	WebhookRetryMax  time.Duration // 6h
	WebhookParkAfter time.Duration // 72h
	HookUserAgent    string        // GitHub-Hookshot/ and seven digits of the version

	RateLimit          int // requests an hour for one account; off
	RateLimitAnonymous int // the same for one address; off
	TrustedProxies     []string

	Era                string // E11
	ProductionDefault  string // recorded
	UnknownEnvironment string // create
	SkipEnvironments   bool   // enforce-environment-rules: false
	DefaultVisibility  string // private
	AnyUserAgent       bool   // require-user-agent: false
	QueryTokens        bool
	AuthorizationsAPI  bool
	PasswordAuth       bool
	EventsDeployments  bool
	DocumentationURL   string // https://docs.github.com
	Committer          string // Slipway <noreply@HOST>
	EnterpriseVersion  string // 3.14.0
	MetaHooks          []string

	MetricsListen string // on LISTEN, for loopback callers only
	TLSCert       string
	TLSKey        string
	LogLevel      string // info
	LogFormat     string // auto
}

// A setting is one row of the table: its name is --name, SLIPWAY_NAME and the YAML key.
type setting struct {
	name   string
	preset string // the default, as text; empty where it is worked out or there is none
	usage  string
	field  field
}

// settings is the table that flags, the environment, the file and `slipway config` all read (decisions §1).
var settings = []setting{
	{"data", "./data", "folder of the database, the repositories, the key and the socket", text(func(s *Settings) *string { return &s.Data })},
	{"listen", "127.0.0.1:8480", "address to listen on; port 0 takes a free one", text(func(s *Settings) *string { return &s.Listen }, isAddress)},
	{"external-url", "", "how the world reaches this server (default http://LISTEN)", text(func(s *Settings) *string { return &s.ExternalURL }, isBaseURL)},
	{"api-url", "", "a host of its own for the API, such as https://api.example.com (default EXTERNAL-URL/api/v3)", text(func(s *Settings) *string { return &s.APIURL }, isBaseURL)},
	{"database-url", "", "postgres://… to keep everything but repositories in PostgreSQL (default SQLite in the data folder)", text(func(s *Settings) *string { return &s.DatabaseURL }, isDatabaseURL)},
	{"key-file", "", "file of the key that seals hook secrets (default DATA/keys/secret-1.key, made on the first start)", text(func(s *Settings) *string { return &s.KeyFile })},

	{"webhook-allow", "", "private addresses that hooks may have: CIDRs, addresses or host names, separated by commas", many(func(s *Settings) *[]string { return &s.WebhookAllow })},
	{"webhook-timeout", "10s", "how long one delivery may take in all", duration(func(s *Settings) *time.Duration { return &s.WebhookTimeout })},
	{"webhook-retry-min", "5s", "wait before the first retry; it doubles with each", duration(func(s *Settings) *time.Duration { return &s.WebhookRetryMin })},
	{"webhook-retry-max", "6h", "longest wait between retries", duration(func(s *Settings) *time.Duration { return &s.WebhookRetryMax })},
	{"webhook-park-after", "72h", "how long a hook may fail before it is parked, its deliveries kept", duration(func(s *Settings) *time.Duration { return &s.WebhookParkAfter })},
	{"hook-user-agent", "", "User-Agent of deliveries (default GitHub-Hookshot/ and seven digits)", text(func(s *Settings) *string { return &s.HookUserAgent }, isHeader)},

	{"rate-limit", "0", "requests an hour for one account; 0: no limit", number(func(s *Settings) *int { return &s.RateLimit })},
	{"rate-limit-anonymous", "0", "requests an hour for one address without a token; 0: no limit", number(func(s *Settings) *int { return &s.RateLimitAnonymous })},
	{"trusted-proxies", "", "CIDRs whose X-Forwarded-For is believed", many(func(s *Settings) *[]string { return &s.TrustedProxies }, isNetwork)},

	{"era", "E11", "the shape of the deployments API, from E0 (January 2014) to E11 (today)", text(func(s *Settings) *string { return &s.Era }, isEra)},
	{"production-environment-default", "recorded", "production_environment when a client is silent: recorded (false) or documented (true for production)", text(func(s *Settings) *string { return &s.ProductionDefault }, oneOf("recorded", "documented"))},
	{"unknown-environments", "create", "what naming an unknown environment does: create or refuse", text(func(s *Settings) *string { return &s.UnknownEnvironment }, oneOf("create", "refuse"))},
	{"enforce-environment-rules", "true", "weigh the rules of environments on every deployment", not(func(s *Settings) *bool { return &s.SkipEnvironments })},
	{"default-visibility", "private", "what slipway repo create makes when told neither --private nor --public", text(func(s *Settings) *string { return &s.DefaultVisibility }, oneOf("private", "public"))},
	{"require-user-agent", "true", "answer 403 to requests without a User-Agent, as GitHub does", not(func(s *Settings) *bool { return &s.AnyUserAgent })},
	{"query-tokens", "false", "accept ?access_token= as GitHub did until 2021", yes(func(s *Settings) *bool { return &s.QueryTokens })},
	{"authorizations-api", "false", "serve the Authorizations API of 2011–2020", yes(func(s *Settings) *bool { return &s.AuthorizationsAPI })},
	{"password-auth", "false", "accept account passwords over Basic", yes(func(s *Settings) *bool { return &s.PasswordAuth })},
	{"events-include-deployments", "false", "list deployments in the Events API", yes(func(s *Settings) *bool { return &s.EventsDeployments })},
	{"documentation-url", "https://docs.github.com", "site that documentation_url in errors points to", text(func(s *Settings) *string { return &s.DocumentationURL }, isURL)},
	{"committer", "", "who commits merges (default Slipway <noreply@HOST>)", text(func(s *Settings) *string { return &s.Committer }, isMailbox)},
	{"enterprise-version", "3.14.0", "the GitHub Enterprise version that clients are told", text(func(s *Settings) *string { return &s.EnterpriseVersion }, isHeader)},
	{"meta-hooks", "", "CIDRs that GET /meta says deliveries come from (default this machine's addresses)", many(func(s *Settings) *[]string { return &s.MetaHooks }, isNetwork)},

	{"metrics-listen", "", "an address of its own for /metrics (default LISTEN, for loopback callers only)", text(func(s *Settings) *string { return &s.MetricsListen }, isAddress)},
	{"tls-cert", "", "certificate chain (PEM); with tls-key, serve HTTPS", text(func(s *Settings) *string { return &s.TLSCert })},
	{"tls-key", "", "private key of tls-cert (PEM)", text(func(s *Settings) *string { return &s.TLSKey })},
	{"log-level", "info", "debug, info, warn or error", text(func(s *Settings) *string { return &s.LogLevel }, oneOf("debug", "info", "warn", "error"))},
	{"log-format", "auto", "auto (coloured on a terminal), text or json", text(func(s *Settings) *string { return &s.LogFormat }, oneOf("auto", "text", "json"))},
}

// filled is s with the default in every empty member.
func (s Settings) filled() Settings {
	for _, row := range settings {
		if row.preset != "" && row.field.get(&s) == row.field.get(&Settings{}) {
			if err := row.field.set(&s, row.preset); err != nil {
				panic("the default of " + row.name + ": " + err.Error())
			}
		}
	}
	return s
}

// check says what is wrong with settings that are each well formed but do not go together.
func (s Settings) check() error {
	switch {
	case (s.TLSCert == "") != (s.TLSKey == ""):
		return usagef("tls-cert and tls-key go together: give both or neither")
	case s.WebhookRetryMin > s.WebhookRetryMax:
		return usagef("webhook-retry-min (%s) is longer than webhook-retry-max (%s)", short(s.WebhookRetryMin), short(s.WebhookRetryMax))
	}
	return nil
}

// external is the public address without a trailing slash, given the address that was listened on.
func (s Settings) external(listened string) string {
	if s.ExternalURL != "" {
		return strings.TrimRight(s.ExternalURL, "/")
	}
	scheme := "http://"
	if s.TLSCert != "" {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(listened)
	if err != nil {
		return scheme + listened
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, port)
}

// urls are the public addresses, given the address that was listened on.
func (s Settings) urls(listened string) slipway.URLs {
	web := s.external(listened)
	if s.APIURL != "" {
		return slipway.URLs{Web: web, API: strings.TrimRight(s.APIURL, "/")}
	}
	return slipway.URLs{Web: web, API: web + "/api/v3"}
}

// committer is who commits merges; host names this server.
func (s Settings) committer(host string) slipway.Signature {
	if s.Committer == "" {
		return slipway.Signature{Name: "Slipway", Email: "noreply@" + host}
	}
	box, err := mail.ParseAddress(s.Committer)
	if err != nil {
		panic("committer was checked when it was set: " + err.Error())
	}
	return slipway.Signature{Name: box.Name, Email: box.Address}
}

// hostOf is the host name of an address of ours, without the port.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}

// prefixes reads networks that were checked when they were set; a bare address is a network of one.
func prefixes(texts []string) (out []netip.Prefix) {
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
		} else if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return out
}

// metaHooks are the networks that deliveries leave from: receivers check them against GET /meta.
func (s Settings) metaHooks() (out []string) {
	if len(s.MetaHooks) > 0 {
		for _, p := range prefixes(s.MetaHooks) {
			out = append(out, p.String())
		}
		return out
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLinkLocalUnicast() {
			if addr, ok := netip.AddrFromSlice(ip.IP); ok {
				addr = addr.Unmap()
				out = append(out, netip.PrefixFrom(addr, addr.BitLen()).String())
			}
		}
	}
	return out
}
