package slipway

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Repository is a Git repository that Slipway hosts.
type Repository struct {
	ID            int64
	Owner         Account
	Name          string // as first written; compared by Key(Name)
	Private       bool
	Description   string // may be empty
	Homepage      string // an address, may be empty
	DefaultBranch string
	Protected     []string // patterns of protected branches; nil: the default branch is
	Archived      bool
	CreatedAt     time.Time
	UpdatedAt     time.Time
	PushedAt      *time.Time // nil: nothing was pushed yet
	LastPushID    *int64     // the event of the newest push, nil: none
}

// FullName is OWNER/NAME.
func (r Repository) FullName() string { return r.Owner.Login + "/" + r.Name }

// Protects reports whether a branch is shown as protected, and may be deployed to environments that take protected branches
// only: those that one of the repository's patterns matches ([MatchRef]), or the default branch where there are none
// (decisions §3). Pushes are not restricted by it.
func (r Repository) Protects(branch string) bool {
	if r.Protected == nil {
		return branch == r.DefaultBranch
	}
	return slices.ContainsFunc(r.Protected, func(pattern string) bool { return MatchRef(pattern, branch) })
}

// CheckWritable refuses to change what belongs to an archived repository (contract 1.4): Forbidden.
func (r Repository) CheckWritable() error {
	if r.Archived {
		return Fail(Forbidden, "Repository was archived so is read-only.")
	}
	return nil
}

var (
	loginForm      = regexp.MustCompile(`^[A-Za-z0-9](-?[A-Za-z0-9])*$`)
	repositoryForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
)

const maxLogin = 39

// reservedOwners are the first segments of addresses that the server uses itself, and logins that would mislead
// (decisions §1).
var reservedOwners = []string{
	"api", "graphql", "login", "logout", "healthz", "readyz", "metrics", "static", "settings", "admin",
	"setup", "board", "insights", "hooks", "repositories", "apps", "organizations", "new", "search", "events", "slipway",
	"www",
}

// ReservedOwner reports whether no account that people make may have the login.
func ReservedOwner(login string) bool {
	return slices.ContainsFunc(reservedOwners, func(r string) bool { return Key(r) == Key(login) })
}

// CheckLogin says whether a user or organization may be called so. The error is Invalid.
func CheckLogin(login string) error {
	switch {
	case login == "":
		return ValidationFailed(Detail{Resource: "User", Field: "login", Code: "missing_field"})
	case len(login) > maxLogin:
		return invalidLogin("login is too long (maximum is 39 characters)")
	case !loginForm.MatchString(login):
		return invalidLogin("login may only contain alphanumeric characters or single hyphens, and cannot begin or end with a hyphen")
	case ReservedOwner(login):
		return invalidLogin("login is reserved")
	}
	return nil
}

func invalidLogin(message string) error {
	return ValidationFailed(Detail{Resource: "User", Field: "login", Code: "custom", Message: message})
}

// CheckRepositoryName says whether a repository may be called so. The error is Invalid.
func CheckRepositoryName(name string) error {
	if name == "" {
		return ValidationFailed(Detail{Resource: "Repository", Field: "name", Code: "missing_field"})
	}
	lower := strings.ToLower(name)
	if !repositoryForm.MatchString(name) || name == "." || name == ".." ||
		strings.HasSuffix(lower, ".git") || strings.HasSuffix(lower, ".lock") || strings.HasSuffix(lower, ".wiki") {
		return ValidationFailed(Detail{
			Resource: "Repository", Field: "name", Code: "custom",
			Message: "name may only contain letters, digits, dots, hyphens and underscores (maximum is 100 characters), and must not end with .git, .lock or .wiki",
		})
	}
	return nil
}
