package slipway_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestErrorHasTwoStoreys(t *testing.T) {
	cause := errors.New("sql: no rows in result set")
	err := fmt.Errorf("while wrapping: %w", slipway.Because(slipway.NotFound, "store.Deployment", cause))
	var e *slipway.Error
	if !errors.As(err, &e) || slipway.KindOf(err) != slipway.NotFound || !errors.Is(err, cause) {
		t.Errorf("%v lost its kind or cause", err)
	}
	if got := e.Sentence(); got != "Not Found" {
		t.Errorf("callers are told %q", got)
	}
	if got := slipway.Fail(slipway.Conflict, "Merge conflict").Sentence(); got != "Merge conflict" {
		t.Errorf("callers are told %q", got)
	}
	full := &slipway.Error{Kind: slipway.Invalid, Op: "deploy.Create", Message: "No ref found for: x", Err: cause}
	if got := full.Error(); got != "deploy.Create: No ref found for: x: sql: no rows in result set" {
		t.Errorf("the log is told %q", got)
	}
	if got := e.Error(); got != "store.Deployment: sql: no rows in result set" {
		t.Errorf("the log is told %q", got)
	}
}

func TestKindOfStrangersIsInternal(t *testing.T) {
	for _, err := range []error{errors.New("x"), &slipway.Error{}, fmt.Errorf("%w", &slipway.Error{Err: errors.New("x")})} {
		if got := slipway.KindOf(err); got != slipway.Internal {
			t.Errorf("%v is %v", err, got)
		}
	}
	if got := (&slipway.Error{Message: "secret", Err: errors.New("secret")}).Sentence(); got != "Server Error" {
		t.Errorf("an error nobody thought about says %q", got)
	}
	if got := slipway.Kind(99).Message(); got != "Server Error" {
		t.Errorf("a kind nobody knows says %q", got)
	}
}

func TestEveryKindHasWords(t *testing.T) {
	seen := map[string]slipway.Kind{}
	for k := slipway.Internal; k <= slipway.Full; k++ {
		if other, twice := seen[k.Message()]; twice || k.Message() == "" {
			t.Errorf("kinds %d and %d are both %q", k, other, k.Message())
		}
		seen[k.Message()] = k
	}
}
