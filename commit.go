package slipway

import "time"

// Signature is who wrote or committed something, and when.
type Signature struct {
	Name  string
	Email string
	When  time.Time
}

// Commit is a Git commit as the API shows it.
type Commit struct {
	SHA       SHA
	Tree      SHA
	Parents   []SHA
	Author    Signature
	Committer Signature
	Message   string
	Signed    string // the armoured signature, empty when there is none
	Files     []File // what the commit changed against its first parent; only where it was asked for
}

// File is one changed path of a commit or a comparison.
type File struct {
	Path         string
	PreviousPath string // set when the file was renamed
	SHA          SHA    // the blob after the change
	Status       string // added, removed, modified, renamed
	Additions    int
	Deletions    int
	Patch        string // unified diff hunks, empty for binary or very large files
}

// Branch is a branch and its tip.
type Branch struct {
	Name string // main
	SHA  SHA
}

// Comparison is what GET compare answers: how head stands to base.
type Comparison struct {
	Base, Head, MergeBase Commit
	AheadBy, BehindBy     int
	Commits               []Commit // oldest first, the page that was asked for
	Files                 []File   // at most 300
}
