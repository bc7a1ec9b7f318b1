package slipway

import "time"

// SHA is the name of a Git object: 40 lower-case hexadecimal digits.
type SHA string

// ZeroSHA stands for "does not exist" in pushes and compare-and-swaps.
const ZeroSHA SHA = "0000000000000000000000000000000000000000"

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
}

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
