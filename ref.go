package slipway

import (
	"strings"
	"time"
	"unicode/utf8"
)

// SHA is the name of a Git object: 40 lower-case hexadecimal digits.
type SHA string

// ZeroSHA stands for "does not exist" in pushes and compare-and-swaps.
const ZeroSHA SHA = "0000000000000000000000000000000000000000"

// ParseSHA reads a full object name in either case.
func ParseSHA(s string) (SHA, bool) {
	if len(s) != len(ZeroSHA) || !isHex(s) {
		return "", false
	}
	return SHA(strings.ToLower(s)), true
}

// IsSHAPrefix reports whether s can abbreviate an object's name: 7 to 40 hexadecimal digits (contract 3.2, 3.4).
func IsSHAPrefix(s string) bool { return len(s) >= 7 && len(s) <= len(ZeroSHA) && isHex(s) }

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// Ref is a full ref name and what it points at.
type Ref struct {
	Name string // refs/heads/main
	SHA  SHA
}

// RefChange is one ref's move. Old is ZeroSHA when the ref was made, New is ZeroSHA when it was removed.
type RefChange struct {
	Name   string
	Old    SHA
	New    SHA
	Forced bool // Old is not an ancestor of New
	Known  bool // a ref was at New already: the move added no commits
}

// Created reports whether the ref is new.
func (c RefChange) Created() bool { return c.Old == ZeroSHA }

// Deleted reports whether the ref is gone.
func (c RefChange) Deleted() bool { return c.New == ZeroSHA }

// Intent is written before a ref is moved and removed once the move and its event are recorded, so that a kill between
// the two loses nothing.
type Intent struct {
	ID           int64
	RepositoryID int64
	Ref          string // empty: a push over HTTP, whose refs are not known yet
	Old, New     SHA
	ActorID      int64
	CreatedAt    time.Time
}

// Bounds of ref names, in bytes. A part of a name is a file of the repository, and its lock's name has five bytes more.
const (
	maxRefName = 1024
	maxRefPart = 250
)

// CheckRefName reports what keeps a full name (refs/heads/main) from naming a ref; nil when nothing does. The rules are
// those of git check-ref-format, and three more that keep names from hurting whoever prints or passes them on: valid
// UTF-8, a bounded length, and a branch or tag that does not look like an option. The error is Invalid.
func CheckRefName(full string) error {
	kind, name, _ := strings.Cut(strings.TrimPrefix(full, "refs/"), "/")
	switch {
	case !strings.HasPrefix(full, "refs/"):
		return badRef("must begin with refs/")
	case len(full) > maxRefName:
		return badRef("is too long")
	case !utf8.ValidString(full):
		return badRef("must be UTF-8")
	case strings.ContainsFunc(full, isControl), strings.ContainsAny(full, ` ~^:?*[\`):
		return badRef("has a character that is not allowed")
	case strings.Contains(full, ".."), strings.Contains(full, "@{"):
		return badRef("has a sequence that is not allowed")
	case strings.HasSuffix(full, "."):
		return badRef("must not end with a dot")
	case (kind == "heads" || kind == "tags") && strings.HasPrefix(name, "-"):
		return badRef("must not begin with a dash")
	}
	for part := range strings.SplitSeq(full, "/") {
		switch {
		case part == "":
			return badRef("has an empty part")
		case len(part) > maxRefPart:
			return badRef("is too long")
		case strings.HasPrefix(part, "."), strings.HasSuffix(part, ".lock"):
			return badRef("has a part that is not allowed")
		}
	}
	return nil
}

// CheckNewRefName is CheckRefName for a ref that a push makes or moves. Besides, a branch or tag must not pass for an object
// (promise P13), and three kinds of refs are not for people: those of the server, those of pull requests, and those that make
// git take one object for another. The error is Invalid.
func CheckNewRefName(full string) error {
	if err := CheckRefName(full); err != nil {
		return err
	}
	kind, name, _ := strings.Cut(strings.TrimPrefix(full, "refs/"), "/")
	_, object := ParseSHA(name)
	switch kind {
	case "heads", "tags":
		if object {
			return badRef("must not be the name of an object")
		}
	case "pull", "replace", "slipway":
		return badRef("is reserved")
	}
	return nil
}

// isControl reports whether r is one of the control characters git refuses.
func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func badRef(why string) error { return Fail(Invalid, "Reference name "+why) }

// MayBeRef reports whether a submitted ref can name anything at all: a branch, a tag, an object or a full name below refs/.
// Only what passes may be handed to git: nothing that reads as an option, a path, a range or an expression does. "HEAD",
// which git also spells "@", is not a ref here: a deployment names what it deploys.
func MayBeRef(ref string) bool {
	full := ref
	if !strings.HasPrefix(ref, "refs/") {
		full = "refs/heads/" + ref
	}
	return ref != "HEAD" && ref != "@" && CheckRefName(full) == nil
}

// CheckBranchName reports whether a short name can be a branch's. The error is Invalid.
func CheckBranchName(name string) error {
	if name == "HEAD" || name == "@" {
		return badRef("is reserved")
	}
	return CheckNewRefName("refs/heads/" + name)
}

// NoRefFound is the refusal of a ref that does not resolve (contract 3.4 step 3). Clients match its beginning.
func NoRefFound(ref string) *Error { return Fail(Invalid, "No ref found for: "+clip(ref)) }

// NoCommitFound is the refusal of an object name that no commit has (contract 5.1, 5.2, 8).
func NoCommitFound(sha string) *Error { return Fail(Invalid, "No commit found for SHA: "+clip(sha)) }

// Sentences about moves of refs that clients match (contract 8).
const (
	refExists       = "Reference already exists"
	refAbsent       = "Reference does not exist"
	refNotForward   = "Update is not a fast forward"
	objectAbsent    = "Object does not exist"
	objectNoCommit  = "Object is not a commit"
	refFailed       = "Reference update failed"
	refTooShort     = "Reference name must contain at least three slash-separated components."
	defaultBranchIs = "Cannot delete the default branch"
)

// RefExists refuses to make a ref that is there.
func RefExists() *Error { return Fail(Invalid, refExists) }

// RefAbsent refuses to move or delete a ref that is not there. In 2013 the sentence was that of every refusal.
func RefAbsent(era Era) *Error {
	if era == E0 {
		return Fail(Invalid, "")
	}
	return Fail(Invalid, refAbsent)
}

// RefNotForward refuses to move a ref so that commits are lost, unless that is forced.
func RefNotForward() *Error { return Fail(Invalid, refNotForward) }

// RefInTheWay refuses a name below another ref's, or above it: refs are files and folders.
func RefInTheWay() *Error { return Fail(Invalid, refFailed) }

// ObjectAbsent refuses to point a ref at what is not there.
func ObjectAbsent() *Error { return Fail(Invalid, objectAbsent) }

// CheckTarget reports whether a ref may point at an object of a kind: branches are commits. The error is Invalid.
func CheckTarget(full string, kind ObjectKind) error {
	if strings.HasPrefix(full, "refs/heads/") && kind != CommitObject {
		return Fail(Invalid, objectNoCommit)
	}
	return nil
}

// CheckRefRequest is CheckNewRefName for a name that was sent to the API, in GitHub's words. The error is Invalid.
func CheckRefRequest(full string) error {
	switch {
	case strings.Count(full, "/") < 2:
		return Fail(Invalid, refTooShort)
	case CheckRefName(full) != nil:
		return Fail(Invalid, clip(full)+" is not a valid ref name.")
	default:
		return CheckNewRefName(full)
	}
}

// CheckRefRemoval refuses to delete the branch that everything else is measured by. The error is Invalid.
func (r Repository) CheckRefRemoval(full string) error {
	if full == "refs/heads/"+r.DefaultBranch {
		return Fail(Invalid, defaultBranchIs)
	}
	return nil
}

// NoCommitForRef is the refusal to show what lies at a ref that is not there.
func NoCommitForRef(ref string) *Error {
	return Fail(NotFound, "No commit found for the ref "+clip(ref))
}

// clip shortens what a sentence repeats, so that an answer is never as large as what was sent.
func clip(s string) string {
	const most = 1024
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// MergeMessage is the message of a merge nobody wrote one for (contract 8.2), with both names as submitted.
func MergeMessage(base, head string) string { return "Merge " + head + " into " + base }

// AutoMergeMessage is the merge commit's message, and what the 202 says (contract 3.6). ref is as submitted.
func AutoMergeMessage(defaultBranch, ref string) string {
	return "Auto-merged " + defaultBranch + " into " + ref + " on deployment."
}

// AutoMergeNotice is what the 202 says in an era: before June 2014 the sentence began "Merged" (contract 3.6).
func AutoMergeNotice(defaultBranch, ref string, era Era) string {
	if era <= E3 {
		return "Merged " + defaultBranch + " into " + ref + " on deployment."
	}
	return AutoMergeMessage(defaultBranch, ref)
}

// AutoMergeConflict refuses a deployment whose ref lacks commits of the default branch that cannot be merged into it
// (contract 3.6). Paths name the files of a textual conflict; nil when the conflict is not one of texts.
func AutoMergeConflict(defaultBranch, ref string, paths []string) *Error {
	e := Fail(Conflict, "Conflict merging "+defaultBranch+" into "+clip(ref)+".")
	e.Conflicts = paths
	return e
}

// MergeConflict refuses POST merges (contract 8.2); paths as for [AutoMergeConflict].
func MergeConflict(paths []string) *Error {
	e := Fail(Conflict, "Merge conflict")
	e.Conflicts = paths
	return e
}
