package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// Commit reads a commit, with what it changed against its first parent if files are asked for (at most 300 files; Files is
// empty, not nil, when it changed none). NotFound: there is no such commit.
func (g *Repositories) Commit(ctx context.Context, r *slipway.Repository, sha slipway.SHA, files bool) (slipway.Commit, error) {
	const op = "git: read a commit"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return slipway.Commit{}, err
	}
	c, err := g.readCommit(ctx, repo, sha)
	if err == nil && files {
		c.Files, err = g.changedFiles(ctx, repo, firstParent(c), c.SHA)
	}
	switch {
	case err == nil:
		return c, nil
	case (errors.Is(err, errMissing) || errors.Is(err, errNotCommit)) && repo.present():
		return slipway.Commit{}, notFound(op, err)
	default:
		return slipway.Commit{}, unavailable(op, err)
	}
}

// readCommit reads a commit without its files. The name of an annotated tag reads the commit it leads to.
func (g *Repositories) readCommit(ctx context.Context, repo *repository, sha slipway.SHA) (slipway.Commit, error) {
	found, err := g.commit(ctx, repo, sha)
	if err != nil {
		return slipway.Commit{}, err
	}
	o, err := g.ask(ctx, repo, "contents", string(found))
	if errors.Is(err, errMissing) {
		return slipway.Commit{}, errGone // it was there when it was first asked for
	}
	if err != nil {
		return slipway.Commit{}, err
	}
	return parseCommit(found, o.body)
}

// emptyTree is what a commit without parents is compared with.
const emptyTree slipway.SHA = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

func firstParent(c slipway.Commit) slipway.SHA {
	if len(c.Parents) == 0 {
		return emptyTree
	}
	return c.Parents[0]
}

// parseCommit reads a commit as git stores it: headers, a line each, continued by lines that begin with a space; an empty
// line; the message. What it gives is valid UTF-8, and the message has no line end at its end.
func parseCommit(sha slipway.SHA, data []byte) (slipway.Commit, error) {
	c := slipway.Commit{SHA: sha}
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	encoding := ""
	lines := strings.Split(string(head), "\n")
	for i := 0; i < len(lines); i++ {
		key, value, _ := strings.Cut(lines[i], " ")
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], " ") {
			i++
			value += "\n" + lines[i][1:]
		}
		var ok bool
		switch key {
		case "tree":
			if c.Tree, ok = slipway.ParseSHA(value); !ok {
				return c, fmt.Errorf("commit %s has a bad tree", sha)
			}
		case "parent":
			parent, ok := slipway.ParseSHA(value)
			if !ok {
				return c, fmt.Errorf("commit %s has a bad parent", sha)
			}
			c.Parents = append(c.Parents, parent)
		case "author":
			c.Author = parseSignature(value)
		case "committer":
			c.Committer = parseSignature(value)
		case "encoding":
			encoding = value
		case "gpgsig":
			c.Signed = strings.ToValidUTF8(value, "\uFFFD")
		}
	}
	if c.Tree == "" {
		return c, fmt.Errorf("commit %s has no tree", sha)
	}
	c.Message = decode(strings.TrimRight(string(message), "\n"), encoding)
	for _, text := range []*string{&c.Author.Name, &c.Author.Email, &c.Committer.Name, &c.Committer.Email} {
		*text = decode(*text, encoding)
	}
	return c, nil
}

// parseSignature reads "NAME <EMAIL> SECONDS ZONE". Old commits have every kind of oddity in it: what cannot be read is
// left empty, and a time that cannot be is 1970.
func parseSignature(s string) slipway.Signature {
	open := strings.IndexByte(s, '<')
	end := strings.LastIndexByte(s, '>')
	if open < 0 || end < open {
		return slipway.Signature{Name: strings.TrimSpace(s), When: time.Unix(0, 0).UTC()}
	}
	return slipway.Signature{
		Name: strings.TrimSpace(s[:open]), Email: strings.TrimSpace(s[open+1 : end]), When: parseTime(s[end+1:]),
	}
}

// latest is the last second that has four digits of year, as JSON needs.
const latest = 253402300799

func parseTime(s string) time.Time {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return time.Unix(0, 0).UTC()
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || seconds < 0 || seconds > latest-24*60*60 {
		seconds = 0
	}
	at := time.Unix(seconds, 0).UTC()
	if len(fields) > 1 {
		if offset, ok := parseZone(fields[1]); ok && offset != 0 {
			return at.In(time.FixedZone("", offset))
		}
	}
	return at
}

// parseZone reads +hhmm into seconds. Zones that no clock has are not taken.
func parseZone(s string) (seconds int, ok bool) {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:], 10, 16)
	hours, minutes := int(n)/100, int(n)%100
	if err != nil || hours > 14 || minutes > 59 {
		return 0, false
	}
	seconds = hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// decode makes UTF-8 of a commit's text. Latin-1 is converted, as it is what old commits are in; of other encodings only
// what happens to be UTF-8 survives.
func decode(text, encoding string) string {
	if utf8.ValidString(text) {
		return text
	}
	switch strings.ToLower(encoding) {
	case "latin1", "latin-1", "iso-8859-1", "iso8859-1", "iso-8859-15", "iso8859-15":
		runes := make([]rune, len(text))
		for i := range len(text) {
			runes[i] = rune(text[i])
		}
		return string(runes)
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
