package slipway

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Team is a group of an organization's members that is given roles in repositories together.
type Team struct {
	ID           int64
	Organization Account
	Name         string // as first written
	Slug         string // TeamSlug(Name): what addresses name it by, unique in its organization
	Description  string // may be empty
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TeamSlug is a team's name as addresses have it: in lower case, with a hyphen for every run of what is neither letter, digit
// nor underscore. Empty when nothing is left.
func TeamSlug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// CheckTeamName says whether a team may be called so. The error is Invalid.
func CheckTeamName(name string) error {
	switch {
	case name == "":
		return ValidationFailed(Detail{Resource: "Team", Field: "name", Code: "missing_field"})
	case !utf8.ValidString(name), utf8.RuneCountInString(name) > MaxName, strings.ContainsFunc(name, unicode.IsControl), TeamSlug(name) == "":
		return ValidationFailed(Detail{
			Resource: "Team", Field: "name", Code: "custom", Message: "name must be one line of at most 255 characters with a letter or a digit",
		})
	}
	return nil
}

// Visible says who may look at an organization's teams and members: whoever belongs to it, and those who administer the
// server. Scopes are asked before ([Allowed]). The refusal is NotFound.
func Visible(a Actor, member bool) error {
	if a.Local || member || a.Account.SiteAdmin && !a.Anonymous() {
		return nil
	}
	return Fail(NotFound, "Not Found")
}
