package git

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// protocolFault is how git begins what it says before it gives up a request that is none, in all versions from 2.38 on. That
// it ended badly then says nothing about the repository.
var protocolFault = regexp.MustCompile(`(?m)^fatal: (?:git upload-pack: )?(?:protocol error|expected SHA\d+ object, got|the remote end hung up` +
	`|no command requested|unknown capability|invalid command|command '\w+' requested after|unexpected line|expected (?:flush|no other)` +
	`|invalid shallow line|invalid shallow object|[Ii]nvalid deepen|deepen|ambiguous deepen-not|filter|invalid filter|unable to parse filter` +
	`|expected .* after|unknown object format|mismatched object format)`)

// notOurs is what git says when it is asked for what is not there. The client has been told in the protocol.
var notOurs = regexp.MustCompile(`(?m)^fatal: git upload-pack: not our ref ([0-9a-f]{40})$`)

// blame finds out whose fault it is that a transfer ended badly. Malformed: the client's. nil: nobody's. Else it is the error
// as it was, and the repository's.
func (g *Repositories) blame(ctx context.Context, repo *repository, err error) error {
	var f *failure
	if !errors.As(err, &f) || f.code != codeDamaged {
		return err
	}
	if protocolFault.MatchString(f.said) {
		return &slipway.Error{Kind: slipway.Malformed, Message: "The request is not what Git's protocol asks for.", Err: err}
	}
	if asked := notOurs.FindStringSubmatch(f.said); asked != nil && !g.advertised(ctx, repo, slipway.SHA(asked[1])) {
		return nil
	}
	return err
}

// advertised reports whether a ref points at an object.
func (g *Repositories) advertised(ctx context.Context, repo *repository, sha slipway.SHA) bool {
	refs, err := g.refs(ctx, repo, allRefs)
	return err != nil || slices.ContainsFunc(refs, func(r slipway.Ref) bool { return r.SHA == sha })
}

// broken is the error of a transfer for callers.
func broken(op string, err error) error {
	var known *slipway.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return unavailable(op, err)
}
