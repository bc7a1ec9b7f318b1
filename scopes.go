package slipway

import (
	"slices"
	"strings"
	"unicode"
)

// Scopes are the classic OAuth scopes of a token, normalised: sorted, aliases replaced, implied ones dropped. The zero
// value has none: it reads what is public.
type Scopes []string

// within says which scopes a scope contains, directly (contract 9.1; the families that have nothing to do with
// deployments as GitHub documents them).
var within = map[string][]string{
	"repo":             {"repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"},
	"admin:repo_hook":  {"write:repo_hook"},
	"write:repo_hook":  {"read:repo_hook"},
	"admin:org":        {"write:org"},
	"write:org":        {"read:org"},
	"user":             {"read:user", "user:email", "user:follow"},
	"admin:public_key": {"write:public_key"},
	"write:public_key": {"read:public_key"},
	"admin:gpg_key":    {"write:gpg_key"},
	"write:gpg_key":    {"read:gpg_key"},
	"write:packages":   {"read:packages"},
	"write:discussion": {"read:discussion"},
	"project":          {"read:project"},
	"admin:enterprise": {"manage_runners:enterprise", "manage_billing:enterprise", "read:enterprise"},
	"audit_log":        {"read:audit_log"},
	"site_admin":       nil,
	"delete_repo":      nil,
	"delete:packages":  nil,
	"admin:org_hook":   nil,
	"gist":             nil,
	"notifications":    nil,
	"workflow":         nil,
	"codespace":        nil,
	"copilot":          nil,
}

// scopeAliases are old spellings (contract 2.4).
var scopeAliases = map[string]string{"repo:deployment": "repo_deployment"}

// ParseScopes reads a list separated by commas or spaces, and normalises it. Scopes it does not know are kept, so that
// [Scopes.Unknown] can name them; they open nothing.
func ParseScopes(list string) Scopes {
	return NormalScopes(strings.FieldsFunc(list, func(r rune) bool {
		return r == ',' || unicode.IsSpace(r) || unicode.IsControl(r)
	}))
}

// NormalScopes replaces aliases, drops what a wider scope of the list contains, and sorts.
func NormalScopes(list []string) Scopes {
	scopes := Scopes{}
	for _, s := range list {
		if alias, ok := scopeAliases[s]; ok {
			s = alias
		}
		if s != "" {
			scopes = append(scopes, s)
		}
	}
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	all := slices.Clone(scopes)
	return slices.DeleteFunc(scopes, func(s string) bool {
		return slices.ContainsFunc(all, func(wider string) bool { return wider != s && contains(wider, s) })
	})
}

// contains reports whether the scope wider is s or contains it, at any depth.
func contains(wider, s string) bool {
	return wider == s || slices.ContainsFunc(within[wider], func(w string) bool { return contains(w, s) })
}

// String is the form of X-OAuth-Scopes: sorted, joined by ", ".
func (s Scopes) String() string { return strings.Join(s, ", ") }

// Covers reports whether a token with these scopes may do what scope allows. Besides what it contains, repo opens a
// repository's hooks (contract 9.1).
func (s Scopes) Covers(scope string) bool {
	if alias, ok := scopeAliases[scope]; ok {
		scope = alias
	}
	return slices.ContainsFunc(s, func(have string) bool {
		return contains(have, scope) || have == "repo" && contains("admin:repo_hook", scope)
	})
}

// CoversAny reports whether one of the scopes of a list is covered.
func (s Scopes) CoversAny(scopes []string) bool { return slices.ContainsFunc(scopes, s.Covers) }

// Unknown lists the scopes that do not exist.
func (s Scopes) Unknown() []string {
	known := KnownScopes()
	return slices.DeleteFunc(slices.Clone([]string(s)), func(scope string) bool { return slices.Contains(known, scope) })
}

// KnownScopes lists every scope that exists, sorted, old spellings left out.
func KnownScopes() []string {
	var known []string
	for wide, narrow := range within {
		known = append(append(known, wide), narrow...)
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// AllScopes is what a token that may do everything has.
func AllScopes() Scopes { return NormalScopes(KnownScopes()) }
