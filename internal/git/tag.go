package git

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// TagNote reads an annotated tag. NotFound: there is none of that name.
func (g *Repositories) TagNote(ctx context.Context, r *slipway.Repository, sha slipway.SHA) (slipway.TagNote, error) {
	const op = "git: read a tag"
	repo, err := g.at(r)
	if err != nil {
		return slipway.TagNote{}, err
	}
	o, err := g.contents(ctx, repo, sha, slipway.TagObject)
	if err != nil {
		return slipway.TagNote{}, read(repo, op, err)
	}
	note, err := parseTag(o.sha, o.body)
	return note, read(repo, op, err)
}

// Where the signature of a tag begins: at the end of its message.
var signatureStarts = []string{"-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"}

// parseTag reads a tag as git stores it: headers, a line each, an empty line, the message and perhaps a signature.
func parseTag(sha slipway.SHA, data []byte) (slipway.TagNote, error) {
	note := slipway.TagNote{SHA: sha}
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	for line := range strings.Lines(string(head)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var ok bool
		switch key {
		case "object":
			if note.Object.SHA, ok = slipway.ParseSHA(value); !ok {
				return note, fmt.Errorf("tag %s has a bad object", sha)
			}
		case "type":
			note.Object.Kind = slipway.ObjectKind(value)
		case "tag":
			note.Name = decode(value, "")
		case "tagger":
			note.Tagger = parseSignature(value)
			note.Tagger.Name, note.Tagger.Email = decode(note.Tagger.Name, ""), decode(note.Tagger.Email, "")
		}
	}
	if note.Object.SHA == "" || note.Object.Kind == "" {
		return note, fmt.Errorf("tag %s has no object", sha)
	}
	text := string(message)
	for _, start := range signatureStarts {
		if at := strings.Index("\n"+text, "\n"+start); at >= 0 {
			note.Signed = strings.ToValidUTF8(text[at:], "\uFFFD")
			text = text[:at]
			break
		}
	}
	note.Message = decode(strings.TrimRight(text, "\n"), "")
	return note, nil
}
