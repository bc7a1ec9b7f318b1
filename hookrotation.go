package slipway

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Rotation is the time in which a hook has two secrets: the old one, with which GitHub's signatures are made until it is
// over, and the next one, with which the signatures of Standard Webhooks are made besides (decisions §4).
type Rotation struct {
	Next  string // in the clear here, sealed in the store
	Since time.Time
}

// Rotate begins a rotation towards a secret. Asked for once more with the same secret it changes nothing. Invalid: the hook
// has no secret yet, or the next one cannot be one. Conflict: another rotation is under way.
func (h Hook) Rotate(secret string, now time.Time) (Hook, error) {
	f := faults{resource: "Hook"}
	switch {
	case h.Secret == "":
		f.custom("secret", "The hook has no secret to rotate: set one in its config")
	case secret == "":
		f.missing("secret")
	case secret == HiddenSecret || secret == h.Secret:
		f.custom("secret", "secret must be another than the one in use")
	case len(secret) > MaxHookConfig:
		f.custom("secret", tooLong("secret", MaxHookConfig, "bytes"))
	case !utf8.ValidString(secret) || strings.ContainsRune(secret, 0):
		f.custom("secret", "secret must be text")
	}
	if err := f.err(); err != nil {
		return h, err
	}
	switch {
	case h.Rotation == nil:
		h.Rotation = &Rotation{Next: secret, Since: now}
	case h.Rotation.Next != secret:
		return h, Fail(Conflict, "The hook's secret is being rotated already: finish that first.")
	}
	return h, nil
}

// FinishRotation makes the next secret the only one. NotFound: there is no rotation.
func (h Hook) FinishRotation() (Hook, error) {
	if h.Rotation == nil {
		return h, Fail(NotFound, "")
	}
	h.Secret, h.Rotation = h.Rotation.Next, nil
	return h, nil
}
