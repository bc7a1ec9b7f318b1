package git

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Bounds of what is shown of a change.
const (
	mostFiles = 300
	mostPatch = 100 << 10 // bytes of one file's patch; larger ones are left out
	mostDiff  = 8 << 20   // bytes of git's output read for one change; patches beyond are left out
	mostRaw   = 32 << 20  // bytes of a diff or patch that is given as it is
)

// diffOptions make a diff the same whatever a repository's config and attributes say.
var diffOptions = []string{"-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/"}

// changedFiles lists what changed between two trees or commits, at most 300 files, never nil.
func (g *Repositories) changedFiles(ctx context.Context, repo *repository, from, to slipway.SHA) ([]slipway.File, error) {
	args := append([]string{"diff-tree", "--raw", "--numstat", "--patch", "--full-index"}, diffOptions...)
	out, err := g.run(ctx, run{repo: repo, args: append(args, string(from), string(to)), limit: mostDiff, cut: true})
	if err != nil {
		return nil, err
	}
	return parseDiff(string(out)), nil
}

// parseDiff reads what `git diff-tree --raw --numstat --patch` prints: a line a file that begins with a colon, a line a file
// with its counts, an empty line, and the patches, all in the same order. The end may be cut off.
func parseDiff(text string) []slipway.File {
	files := []slipway.File{}
	patches := []int{} // how many patches each file has
	for strings.HasPrefix(text, ":") {
		line, rest, whole := strings.Cut(text, "\n")
		file, ok := parseRaw(line)
		if !whole || !ok {
			return files[:min(len(files), mostFiles)]
		}
		n := 1
		if file.Status == "changed" {
			n = 2 // a file that became a link is removed and added
		}
		files, patches, text = append(files, file), append(patches, n), rest
	}
	for i := range files {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			break
		}
		files[i].Additions, files[i].Deletions = parseCounts(line)
		text = rest
	}
	files = files[:min(len(files), mostFiles)]
	next := patchesIn(text)
	for i := range files {
		for range patches[i] {
			patch, ok := next()
			if !ok {
				return files
			}
			files[i].Patch = joined(files[i].Patch, patch)
		}
	}
	return files
}

// joined puts the patches of one file together; too much is none.
func joined(a, b string) string {
	if a != "" && b != "" {
		a += "\n"
	}
	if a += b; len(a) > mostPatch {
		return ""
	}
	return a
}

// parseRaw reads ":100644 100644 SHA SHA R100\tOLD\tNEW".
func parseRaw(line string) (slipway.File, bool) {
	meta, paths, _ := strings.Cut(line, "\t")
	fields := strings.Fields(meta)
	if len(fields) != 5 || fields[4] == "" {
		return slipway.File{}, false
	}
	before, after, two := strings.Cut(paths, "\t")
	file := slipway.File{Path: unquote(before), SHA: slipway.SHA(fields[3]), Status: "modified"}
	switch fields[4][0] {
	case 'A':
		file.Status = "added"
	case 'D':
		file.Status, file.SHA = "removed", slipway.SHA(fields[2])
	case 'T':
		file.Status = "changed"
	case 'R':
		file.Status = "renamed"
	}
	if two {
		file.PreviousPath, file.Path = file.Path, unquote(after)
	}
	return file, true
}

// unquote reads a path as git prints it: in double quotes and with C's escapes when it has unusual bytes.
func unquote(path string) string {
	if plain, err := strconv.Unquote(path); err == nil && strings.HasPrefix(path, `"`) {
		path = plain
	}
	return strings.ToValidUTF8(path, "\uFFFD")
}

// parseCounts reads "ADDED\tREMOVED\tPATH"; binary files have dashes.
func parseCounts(line string) (additions, deletions int) {
	fields := strings.SplitN(line, "\t", 3)
	if len(fields) != 3 {
		return 0, 0
	}
	additions, _ = strconv.Atoi(fields[0]) // a dash is none
	deletions, _ = strconv.Atoi(fields[1])
	return additions, deletions
}

// patchesIn goes through the patches of a diff. Each begins with a line "diff --git", which no line of a patch itself can
// be: those begin with a space, a sign, an at or a backslash. What is given are the hunks.
func patchesIn(text string) func() (string, bool) {
	const begin = "diff --git "
	_, text, _ = strings.Cut("\n"+text, "\n"+begin)
	return func() (string, bool) {
		if text == "" {
			return "", false
		}
		patch, rest, more := strings.Cut(text, "\n"+begin)
		text = rest
		_, hunks, ok := strings.Cut(patch, "\n@@ ")
		if !ok || len(hunks) > mostPatch {
			return "", more || len(patch) > 0
		}
		return "@@ " + strings.TrimSuffix(hunks, "\n"), true
	}
}

// Raw is what changed, as git prints it: a diff, or a patch with one mail a commit. With a base it is what head has that
// their common ancestor has not; without, what head changed against its first parent. NotFound: one of them is not there,
// or they have nothing in common. Invalid: it is too large to be sent.
func (g *Repositories) Raw(ctx context.Context, r *slipway.Repository, base, head slipway.SHA, format string) ([]byte, error) {
	const op = "git: raw diff"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	out, err := g.raw(ctx, repo, base, head, format)
	switch {
	case err == nil:
		return out, nil
	case errors.Is(err, errTooMuch):
		return nil, slipway.Fail(slipway.Invalid, "Sorry, this diff is too large to be shown.")
	case (errors.Is(err, errMissing) || errors.Is(err, errNotCommit) || errors.Is(err, errUnrelated)) && repo.present():
		return nil, notFound(op, err)
	default:
		return nil, unavailable(op, err)
	}
}

func (g *Repositories) raw(ctx context.Context, repo *repository, base, head slipway.SHA, format string) ([]byte, error) {
	c, err := g.readCommit(ctx, repo, head)
	if err != nil {
		return nil, err
	}
	from := firstParent(c)
	if base != "" {
		if base, err = g.commit(ctx, repo, base); err != nil {
			return nil, err
		}
		if from, err = g.mergeBase(ctx, repo, base, c.SHA); err != nil {
			return nil, err
		}
	}
	var args []string
	if format == deploy.Patch {
		args = append([]string{"format-patch", "--stdout", "--no-signature"}, diffOptions[1:]...)
		switch {
		case base != "":
			args = append(args, string(base)+".."+string(c.SHA))
		default:
			args = append(args, "--root", "-1", string(c.SHA))
		}
	} else {
		args = append(append([]string{"diff-tree", "--patch"}, diffOptions...), string(from), string(c.SHA))
	}
	return g.run(ctx, run{repo: repo, args: args, limit: mostRaw})
}
