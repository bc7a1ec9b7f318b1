package slipway

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Level is how much of one thing a permission allows.
type Level int

// The levels, weakest first, so that they can be compared: who may write may read.
const (
	LevelNone Level = iota
	LevelRead
	LevelWrite
	LevelAdmin
)

// levelNames are the levels as GitHub spells them, in order.
var levelNames = []string{"none", "read", "write", "admin"}

// String is the level's name: none, read, write or admin.
func (l Level) String() string {
	if l < LevelNone || int(l) >= len(levelNames) {
		return levelNames[LevelNone]
	}
	return levelNames[l]
}

// ParseLevel reads a level's name; "none" is not a level that anybody can ask for.
func ParseLevel(name string) (Level, error) {
	if l := Level(slices.Index(levelNames, name)); l > LevelNone {
		return l, nil
	}
	return LevelNone, Fail(Invalid, "a permission's level must be one of "+strings.Join(levelNames[LevelRead:], ", "))
}

// Permissions say what an app, or a fine-grained token, may do: a level for each name. What is not named is not allowed, so
// the zero value allows nothing. They limit and never add: whose token it is must have the right as well.
type Permissions map[string]Level

// Metadata is the permission that every app and every fine-grained token has (as on GitHub): to see that the repositories it
// was given exist.
const Metadata = "metadata"

// permissionNames are the permissions that exist, with the highest level of each. The first are what Slipway's routes ask
// for, the others what manifests of apps and requests of clients name as well; those open nothing.
var permissionNames = map[string]Level{
	"actions": LevelWrite, "administration": LevelWrite, "checks": LevelWrite, "contents": LevelWrite,
	"deployments": LevelWrite, "environments": LevelWrite, "members": LevelWrite, Metadata: LevelRead,
	"repository_hooks": LevelWrite, "statuses": LevelWrite,

	"attestations": LevelWrite, "discussions": LevelWrite, "issues": LevelWrite, "merge_queues": LevelWrite,
	"organization_administration": LevelWrite, "organization_hooks": LevelWrite, "packages": LevelWrite, "pages": LevelWrite,
	"pull_requests": LevelWrite, "repository_projects": LevelAdmin, "secrets": LevelWrite, "security_events": LevelWrite,
	"single_file": LevelWrite, "vulnerability_alerts": LevelWrite, "workflows": LevelWrite,
}

// KnownPermissions lists the names of all permissions, sorted.
func KnownPermissions() []string { return slices.Sorted(maps.Keys(permissionNames)) }

// ParsePermissions reads "deployments=write,statuses=read"; spaces around the parts do not matter. The error is Invalid and
// says which part is wrong.
func ParsePermissions(list string) (Permissions, error) {
	p := Permissions{}
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, level, _ := strings.Cut(part, "=")
		if err := p.add(strings.TrimSpace(name), strings.TrimSpace(level)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// NewPermissions makes permissions out of the names of levels, as requests spell them. The error is Invalid.
func NewPermissions(levels map[string]string) (Permissions, error) {
	p := Permissions{}
	for _, name := range slices.Sorted(maps.Keys(levels)) {
		if err := p.add(name, levels[name]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p Permissions) add(name, level string) error {
	most, known := permissionNames[name]
	if !known {
		return Fail(Invalid, "there is no permission "+strings.ToValidUTF8(name, "?")+"; there are "+strings.Join(KnownPermissions(), ", "))
	}
	l, err := ParseLevel(level)
	if err != nil {
		return Fail(Invalid, name+": "+err.Error())
	}
	if _, twice := p[name]; twice {
		return Fail(Invalid, "permission "+name+" is named twice")
	}
	if l > most {
		return Fail(Invalid, "permission "+name+" can be "+most.String()+" at most")
	}
	p[name] = l
	return nil
}

// String is the form that ParsePermissions reads, sorted: "deployments=write,statuses=read". It is also one alternative of
// X-Accepted-GitHub-Permissions.
func (p Permissions) String() string {
	parts := make([]string, 0, len(p))
	for _, name := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, name+"="+p[name].String())
	}
	return strings.Join(parts, ",")
}

// Covers reports whether everything in need is allowed. Nothing covers a need that names nothing: a row that forgot to say
// what it needs opens to nobody.
func (p Permissions) Covers(need Permissions) bool {
	for name, level := range need {
		if level <= LevelNone || p[name] < level {
			return false
		}
	}
	return len(need) > 0
}

// Within reports whether most allows everything that p does.
func (p Permissions) Within(most Permissions) bool { return len(p) == 0 || most.Covers(p) }

// Both is what p and other allow alike.
func (p Permissions) Both(other Permissions) Permissions {
	both := Permissions{}
	for name, level := range p {
		if l := min(level, other[name]); l > LevelNone {
			both[name] = l
		}
	}
	return both
}

// WithMetadata adds the permission that goes with every other.
func (p Permissions) WithMetadata() Permissions {
	with := maps.Clone(p)
	if with == nil {
		with = Permissions{}
	}
	with[Metadata] = cmp.Or(with[Metadata], LevelRead)
	return with
}

// ParseAlternatives reads X-Accepted-GitHub-Permissions: "a=write; b=write,c=write" is a, or b with c (contract 1.8).
func ParseAlternatives(header string) ([]Permissions, error) {
	var alternatives []Permissions
	for part := range strings.SplitSeq(header, ";") {
		p, err := ParsePermissions(part)
		if err != nil {
			return nil, err
		}
		if len(p) > 0 {
			alternatives = append(alternatives, p)
		}
	}
	return alternatives, nil
}
