package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// Every decision fails once at each of its statements, COMMIT included, and leaves nothing behind. Then it succeeds.
func TestADecisionThatFailsHalfWayDidNothing(t *testing.T) {
	w := newWorld(t)
	live := w.deploy("main", "qa")
	w.report(live.ID, "success")
	next, doomed := w.deploy("main", "qa"), w.deploy("main", "doomed")
	h := w.hook("https://example.com/a", "push")
	rules := slipway.EnvironmentRequest{
		WaitTimer: 5, BranchPolicy: &slipway.BranchPolicy{ProtectedBranches: true},
		Reviewers: []slipway.Reviewer{{Type: "User", ID: w.admin.Account.ID}},
	}
	token := func() int64 {
		_, token, err := w.CreateToken(w.ctx, local, deploy.NewToken{Login: "revoked"})
		w.must(err)
		return token.ID
	}()
	elsewhere := "Elsewhere"
	signed, app, plain := w.people("signed"), w.app("App", expiring), w.app("Plain")
	w.must(w.SetPassword(w.ctx, local, "signed", goodPassword))
	w.session("signed")
	code := w.code(signed, app, "repo")
	issued, err := w.ExchangeCode(w.ctx, exchange(app, w.code(signed, app, "repo")))
	w.must(err)
	deviceCode, userCode := w.device(app, "user")
	for _, decision := range []struct {
		name string
		make func() error
	}{
		{"create account", func() error { return second(w.CreateAccount(w.ctx, local, deploy.NewAccount{Login: "ann"})) }},
		{"create token", func() error {
			_, _, err := w.CreateToken(w.ctx, local, deploy.NewToken{Login: "bob", SiteAdmin: true})
			return err
		}},
		{"promote", func() error {
			_, _, err := w.CreateToken(w.ctx, local, deploy.NewToken{Login: "ann", SiteAdmin: true})
			return err
		}},
		{"revoke token", func() error { return w.RevokeToken(w.ctx, local, token) }},
		{"create repository", func() error {
			return second(w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Owner: "neworg", Name: "app", MakeOrganization: true}))
		}},
		{"add collaborator", func() error { return w.AddCollaborator(w.ctx, local, "acme", "web", "ann", slipway.RoleWrite) }},
		{"create deployment", func() error {
			in := request("main")
			in.Environment, in.RequiredContexts = "new", nil
			return second(w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{Key: "k", Hash: []byte("h")}))
		}},
		{"create deployment status", func() error {
			_, _, err := w.CreateDeploymentStatus(w.ctx, w.admin, w.repo, next.ID, slipway.StatusRequest{State: "success", AutoInactive: true, Era: slipway.E11})
			return err
		}},
		{"move by status", func() error {
			_, _, err := w.CreateDeploymentStatus(w.ctx, w.admin, w.repo, next.ID, slipway.StatusRequest{State: "queued", Environment: &elsewhere, Era: slipway.E11})
			return err
		}},
		{"delete deployment", func() error { return w.DeleteDeployment(w.ctx, w.admin, w.repo, doomed.ID) }},
		{"create commit status", func() error {
			return second(w.CreateCommitStatus(w.ctx, w.admin, w.repo, string(w.main), slipway.CommitStatusRequest{State: "success"}))
		}},
		{"put environment", func() error { return second(w.PutEnvironment(w.ctx, w.admin, w.repo, "ruled", rules)) }},
		{"change environment", func() error {
			return second(w.PutEnvironment(w.ctx, w.admin, w.repo, "ruled", slipway.EnvironmentRequest{}))
		}},
		{"delete environment", func() error { return w.DeleteEnvironment(w.ctx, w.admin, w.repo, "ruled") }},
		{"create hook", func() error {
			return third(w.CreateHook(w.ctx, w.admin, w.repo, hookRequest("https://example.com/b", "push", "status")))
		}},
		{"update hook", func() error {
			return second(w.UpdateHook(w.ctx, w.admin, w.repo, h.ID, hookRequest("https://example.com/c", "push")))
		}},
		{"give a hook a secret", func() error {
			return second(w.UpdateHook(w.ctx, w.admin, w.repo, h.ID, slipway.HookRequest{ConfigKeys: map[string]string{"secret": "old"}}))
		}},
		{"rotate its secret", func() error { return second(w.RotateSecret(w.ctx, w.admin, w.repo, h.ID, "new")) }},
		{"finish the rotation", func() error { return second(w.FinishRotation(w.ctx, w.admin, w.repo, h.ID)) }},
		{"resume hook", func() error { return second(w.ResumeHook(w.ctx, w.admin, w.repo, h.ID)) }},
		{"redeliver many", func() error {
			return second(w.RedeliverMany(w.ctx, w.admin, w.repo, h.ID, slipway.RedeliverRequest{All: true}))
		}},
		{"ping hook", func() error { return w.PingHook(w.ctx, w.admin, w.repo, h.ID) }},
		{"test hook", func() error { return w.TestHook(w.ctx, w.admin, w.repo, h.ID) }},
		{"delete hook", func() error { return w.DeleteHook(w.ctx, w.admin, w.repo, h.ID) }},
		{"set password", func() error { return w.SetPassword(w.ctx, local, "signed", goodPassword) }},
		{"end sessions", func() error { return second(w.EndSessions(w.ctx, local, signed.Account.ID, 0)) }},
		{"give code", func() error {
			_, _, err := w.GiveCode(w.ctx, signed, deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.ParseScopes("repo gist")}, true)
			return err
		}},
		{"exchange code", func() error { return second(w.ExchangeCode(w.ctx, exchange(app, code))) }},
		{"exchange code again", func() error { return afterRefusal(second(w.ExchangeCode(w.ctx, exchange(app, code)))) }},
		{"refresh", func() error { return second(w.RefreshAppToken(w.ctx, exchange(app, "").Client, issued.RefreshSecret)) }},
		{"answer device", func() error { return w.AnswerDevice(w.ctx, signed, userCode, true) }},
		{"poll device", func() error { return second(w.PollDevice(w.ctx, app.ClientID, deviceCode)) }},
		{"create authorization", func() error {
			_, _, err := w.CreateAuthorization(w.ctx, signed, deploy.NewAuthorization{Note: "x", Client: exchange(plain, "").Client})
			return err
		}},
		{"revoke grant", func() error { return w.RevokeGrant(w.ctx, signed, app.ID) }},
	} {
		t.Run(decision.name, func(t *testing.T) {
			w.in(t)
			before, written, n := w.dump(), w.written(), 1
			for ; ; n++ {
				w.faults.Arm(n)
				err := decision.make()
				if !w.faults.Disarm() {
					w.must(err)
					break
				}
				w.discreet(err)
				if now := w.written(); now != written {
					written = now
					if diff := cmp.Diff(before, w.dump()); diff != "" {
						t.Fatalf("failing at statement %d left something behind:\n%s", n, diff)
					}
				}
			}
			if n < 4 || w.dump() == before {
				t.Errorf("succeeded after %d statements, and changed nothing", n)
			}
		})
	}
}

// afterRefusal lets OAuth's refusals pass: what they did is kept.
func afterRefusal(err error) error {
	var refused *slipway.OAuthError
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// discreet checks that an error is one, and tells a caller nothing about how we work.
func (w *world) discreet(err error) {
	w.t.Helper()
	var e *slipway.Error
	switch {
	case err == nil:
		w.t.Fatal("a failed statement was not noticed")
	case errors.As(err, &e) && (strings.Contains(e.Sentence(), "fire") || e.Kind == slipway.NotFound || e.Kind == slipway.Unauthorized):
		w.t.Fatalf("callers are told %v: %q", e.Kind, e.Sentence())
	case !errors.As(err, &e) && !errors.Is(err, testkit.ErrFault):
		w.t.Fatalf("got %v", err)
	}
}

// An auto-merge is several transactions around a move of git's. Wherever it fails, the branch has moved once or not at all,
// and what moved is recorded once, at the latest by the housekeeping or by the next start.
func TestAnAutoMergeThatFailsAnywhereIsToldOnce(t *testing.T) {
	w := newWorld(t)
	base := w.main
	w.git.write(w.repo, "refs/heads/main", base)
	for n := 1; ; n++ {
		topic := fmt.Sprintf("topic-%d", n)
		old := w.git.write(w.repo, "refs/heads/"+topic, base)
		w.must(w.SyncRefs(w.ctx, w.repo.ID))
		if !w.autoMergeFailingAt(n, topic, old) {
			if n < 10 {
				t.Errorf("only %d statements", n)
			}
			return
		}
	}
}

func (w *world) autoMergeFailingAt(n int, topic string, old slipway.SHA) (failed bool) {
	before, merges := w.lastEvent(), w.git.merges
	in := request(topic)
	in.AutoMerge = true
	w.faults.Arm(n)
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
	failed = w.faults.Disarm()
	if failed && err != nil {
		w.discreet(err)
	}
	if !failed && (err != nil || out.Merged == "") {
		w.t.Fatalf("%+v, %v", out, err)
	}
	// Odd failures are healed by the housekeeping, even ones by a restart: a new node on the same store.
	if n%2 == 1 {
		deploy.Settle(w.Decisions, w.ctx)
		w.noIntents()
	}
	w.must(w.decisions().RecoverIntents(w.ctx))
	after := w.git.at(w.repo, "refs/heads/"+topic)
	moves := w.moves(before)
	switch {
	case after == old && len(moves) == 0 && err != nil:
	case after != old && len(moves) == 1 && moves[0].New == after && w.git.merges == merges+1:
	default:
		w.t.Errorf("statement %d: %s went from %.7s to %.7s, recorded as %+v, answered %v", n, topic, old, after, moves, err)
	}
	// And the client asks again.
	out, err = w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
	if err != nil || after == old && out.Merged == "" || after != old && out.Deployment.SHA != after {
		w.t.Errorf("statement %d: asked again: %+v, %v", n, out, err)
	}
	return failed
}

func TestAFirstStartThatFailsIsTheFirstAgain(t *testing.T) {
	w := emptyWorld(t)
	before := w.dump()
	for n := 1; ; n++ {
		w.faults.Arm(n)
		secret, made, err := w.FirstStart(w.ctx)
		if !w.faults.Disarm() {
			w.must(err)
			w.must(second(w.Authenticate(w.ctx, secret)))
			return
		}
		if err == nil || made || secret != "" || w.dump() != before {
			t.Fatalf("statement %d: %q, %v, %v", n, secret, made, err)
		}
	}
}

// A client that goes away while its branch is being merged changes nothing: what git moved is recorded.
func TestAMergeOutlivesItsClient(t *testing.T) {
	w := newWorld(t)
	w.git.write(w.repo, "refs/heads/topic", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	before := w.lastEvent()
	ctx, leave := context.WithCancel(w.ctx)
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what == "merge" {
			leave()
		}
		return nil
	}
	_, err := w.MergeBranches(ctx, w.admin, w.repo, "main", "topic", nil)
	if fmt.Sprint(err) != "<nil>" && slipway.KindOf(err) != slipway.Unavailable {
		t.Error(err)
	}
	if len(w.moves(before)) != 1 {
		t.Error(w.names(before))
	}
	w.noIntents()
}
