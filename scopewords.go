package slipway

import "slices"

// ScopeWords is what a scope lets an app do, in words for the person who is asked. Scopes nobody has words for are named.
func ScopeWords(scope string) string {
	if words, ok := scopeWords[scope]; ok {
		return words
	}
	return "Use the scope " + scope
}

var scopeWords = map[string]string{
	"repo":             "Full control of your repositories, private ones included: code, deployments, statuses, environments and hooks",
	"repo:status":      "Read and write commit statuses, without access to code",
	"repo_deployment":  "Read and write deployments and their statuses, without access to code",
	"public_repo":      "Write to public repositories: code, deployments, statuses and hooks",
	"repo:invite":      "Accept and decline invitations to repositories",
	"security_events":  "Read and write security events",
	"admin:repo_hook":  "Full control of repository hooks",
	"write:repo_hook":  "Read, create and edit repository hooks",
	"read:repo_hook":   "Read repository hooks",
	"delete_repo":      "Delete repositories",
	"admin:org":        "Full control of your organizations and teams",
	"write:org":        "Read and write membership of your organizations and teams",
	"read:org":         "Read membership of your organizations and teams",
	"admin:org_hook":   "Full control of hooks of your organizations",
	"user":             "Read and change your account, email address included",
	"read:user":        "Read your account",
	"user:email":       "Read your email address",
	"user:follow":      "Follow and unfollow people",
	"site_admin":       "Administer this server, where you are its administrator",
	"workflow":         "Change workflow files",
	"gist":             "Write gists",
	"notifications":    "Read your notifications",
	"admin:public_key": "Full control of your public keys",
	"write:public_key": "Read and write your public keys",
	"read:public_key":  "Read your public keys",
}

// Both are the scopes that two lists name together, normalised.
func (s Scopes) Both(other Scopes) Scopes {
	return NormalScopes(append(append([]string{}, s...), other...))
}

// CoversAll reports whether every scope of another list is covered by one of these.
func (s Scopes) CoversAll(other Scopes) bool {
	for _, scope := range other {
		if !s.Covers(scope) {
			return false
		}
	}
	return true
}

// Known are the scopes of the list that exist. Apps that ask for others get what is left, as OAuth allows.
func (s Scopes) Known() Scopes {
	return s.Without(s.Unknown())
}

// Without are the scopes of the list that another does not name. What a wider one contains cannot be taken out of it.
func (s Scopes) Without(other Scopes) Scopes {
	out := Scopes{}
	for _, scope := range s {
		if !slices.Contains(other, scope) {
			out = append(out, scope)
		}
	}
	return out
}
