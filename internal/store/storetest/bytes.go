package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// bytes: signatures cover bytes, so text comes back exactly as it went in.
func bytes(w *world) {
	r := w.repository("r")
	random := rand.New(rand.NewPCG(3, 4))
	blob := make([]byte, 4096)
	for i := range blob {
		blob[i] = byte(random.Uint32())
	}
	for _, text := range []string{
		`{"a":1}`, `{ "b" : 1.0 ,  "a":1e400, "a":2 }`, "[\n\t]", `""`, `"\u2028\ud83d\ude00\\"`, "\"\u2028\u2029é😀\"", `12345678901234567890.0`,
		`{"` + strings.Repeat("x", 64<<10) + `":null}`, "'; DROP TABLE deployments; --", "$1 ? :name @x",
	} {
		d := w.deployment(r, func(d *slipway.Deployment) {
			d.Payload, d.Ref, d.Task, d.Environment = json.RawMessage(text), text, text, text
			d.OriginalEnvironment, d.Description, d.State = text, &text, text
		})
		w.deploy(&d)
		w.same(text[:min(len(text), 40)], read(w, func(tx deploy.Tx) (slipway.Deployment, error) { return tx.Deployment(r.ID, d.ID) }), d)
	}
	none := w.deployment(r, nil)
	w.deploy(&none)
	if got := read(w, func(tx deploy.Tx) (slipway.Deployment, error) { return tx.Deployment(r.ID, none.ID) }); got.Payload != nil {
		w.Errorf("payload of nothing: %q", got.Payload)
	}
	w.update(1, func(tx deploy.Tx) error {
		_, err := tx.ClaimKey(r.Owner.ID, "blob", blob)
		return err
	})
	w.same("random bytes", read(w, func(tx deploy.Tx) (deploy.Answered, error) { return tx.AnswerTo(r.Owner.ID, "blob") }).RequestHash, blob)
}

// times: UTC, to the microsecond, from long ago to far away.
func times(w *world) {
	zone := time.FixedZone("", 5*3600+1800)
	for _, at := range []time.Time{
		time.Date(1969, 7, 20, 20, 17, 40, 123456000, time.UTC), time.Unix(0, 0), time.Date(2026, 2, 28, 23, 59, 59, 999999999, zone),
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Now(),
	} {
		a := slipway.Account{Login: fmt.Sprint(at.UnixNano()), Type: slipway.User, CreatedAt: at, UpdatedAt: at}
		w.update(0, func(tx deploy.Tx) error { return tx.InsertAccount(&a) })
		a.CreatedAt = at.UTC().Truncate(time.Microsecond)
		a.UpdatedAt = a.CreatedAt
		got := read(w, func(tx deploy.Tx) (slipway.Account, error) { return tx.Account(a.ID) })
		w.same(at.String(), got, a)
		w.same("as written, in UTC", got.CreatedAt.Format(time.RFC3339Nano), a.CreatedAt.Format(time.RFC3339Nano))
	}
	w.move(time.Date(2026, 2, 28, 23, 59, 59, 999999999, zone).Sub(w.now))
	now := read(w, func(tx deploy.Tx) (time.Time, error) { return tx.Now(), nil })
	if now.Location() != time.UTC || now.Nanosecond() != 999999000 {
		w.Errorf("now is %s", now)
	}
}

// badText: what one database could not keep, none keeps. It is the whole transaction that fails.
func badText(w *world) {
	r := w.repository("r")
	for _, text := range []string{"nul\x00", "\xff", "cut \xc3", "\xed\xa0\x80"} {
		w.kind(slipway.Invalid, func(tx deploy.Tx) error {
			return tx.InsertAccount(&slipway.Account{Login: "x", Type: slipway.User, Name: text})
		})
		w.kind(slipway.Invalid, func(tx deploy.Tx) error {
			d := w.deployment(r, func(d *slipway.Deployment) { d.Description = &text })
			return tx.InsertDeployment(&d)
		})
		w.kind(slipway.Invalid, func(tx deploy.Tx) error {
			_, err := tx.ListDeployments(slipway.DeploymentFilter{RepositoryID: r.ID, Ref: text}, all())
			return err
		})
	}
	w.same("kept", read(w, func(tx deploy.Tx) ([]slipway.Account, error) { return tx.AccountsAfter(r.Owner.ID, 9) }), []slipway.Account(nil))
}

func ids(w *world) {
	r := w.repository("r")
	var last int64
	next := func() {
		d := w.deployment(r, nil)
		w.deploy(&d)
		if d.ID <= last {
			w.Errorf("id %d after %d", d.ID, last)
		}
		last = d.ID
	}
	next()
	next()
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveDeployment(r.ID, last) })
	next()
}
