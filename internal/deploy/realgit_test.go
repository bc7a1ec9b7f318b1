package deploy_test

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// realWorld is a world whose git is git. Its repository is acme/real, and work is somebody's clone of it, whose first branch
// is trunk.
type realWorld struct {
	*world
	work *testkit.Repo
}

func newRealWorld(t *testing.T) *realWorld {
	t.Helper()
	w := newWorld(t)
	root := filepath.Join(t.TempDir(), "repos")
	repositories, err := git.Open(root, git.Options{})
	w.must(err)
	t.Cleanup(func() { w.must(repositories.Close()) })
	w.Decisions = deploy.New(w.store, repositories, anyTarget{}, deploy.Settings{
		Committer: slipway.Signature{Name: "Slipway", Email: "noreply@example.com"}, NoReplyHost: "example.com",
	}, nil, nil)
	w.SetClock(w.time.now)
	w.repo = w.repository("acme", "real")
	r := &realWorld{w, testkit.NewRepo(t)}
	r.work.Git("checkout", "--quiet", "-b", "trunk")
	r.work.Git("remote", "add", "origin", filepath.Join(root, "acme", "real.git"))
	r.work.Commit("readme", "hello\n")
	return r
}

// push is a push as smart HTTP makes it.
func (r *realWorld) push(refs ...string) {
	r.t.Helper()
	intent, err := r.BeginPush(r.ctx, r.admin, r.repo)
	r.must(err)
	r.work.Git(append([]string{"push", "--quiet", "origin"}, refs...)...)
	r.must(r.EndPush(r.ctx, r.repo.ID, intent))
	found, err := r.FindRepositoryByID(r.ctx, r.admin, r.repo.ID)
	r.must(err)
	r.repo = found.Repository
}

func TestTheStoryOfADeploymentOnRealGit(t *testing.T) {
	r := newRealWorld(t)
	r.push("trunk")
	if r.repo.DefaultBranch != "trunk" {
		t.Errorf("the default branch is %s", r.repo.DefaultBranch)
	}
	r.work.Branch("feature/topic", "")
	topic := r.work.Commit("topic", "a\n")
	r.push("feature/topic")
	r.work.Checkout("trunk")
	tip := r.work.Commit("trunk", "b\n")
	r.push("trunk")

	in := request("feature/topic")
	in.AutoMerge = true
	outs, errs := make([]deploy.Created, 10), make([]error, 10)
	var group sync.WaitGroup
	for i := range outs {
		group.Go(func() {
			outs[i], errs[i] = r.CreateDeployment(r.ctx, r.admin, r.repo, in, deploy.IdempotencyKey{})
		})
	}
	group.Wait()
	r.work.Git("fetch", "--quiet", "origin")
	merged := slipway.SHA(r.work.SHA("origin/feature/topic"))
	answers := 0
	for i, out := range outs {
		r.must(errs[i])
		if out.Merged != "" {
			answers++
		} else if out.Deployment.SHA != merged {
			t.Errorf("deployed %s, not the merge %s", out.Deployment.SHA, merged)
		}
	}
	if answers != 1 {
		t.Errorf("%d requests were answered with a merge", answers)
	}
	want := topic + " " + tip + "|admin|2+admin@users.noreply.example.com|Slipway|noreply@example.com|Auto-merged trunk into feature/topic on deployment."
	if got := r.work.Git("log", "-1", "--format=%P|%an|%ae|%cn|%ce|%B", string(merged)); strings.TrimSuffix(got, "\n") != want {
		t.Errorf("the merge commit is\n%s, want\n%s", got, want)
	}
	r.noIntents()
}

func TestConflictsOnRealGitNameTheirPaths(t *testing.T) {
	r := newRealWorld(t)
	r.push("trunk")
	r.work.Branch("topic", "")
	r.work.Commit("readme", "ours\n")
	r.push("topic")
	r.work.Checkout("trunk")
	r.work.Commit("readme", "theirs\n")
	r.work.Git("tag", "v1", "HEAD~1")
	r.push("trunk", "v1")
	in := request("topic")
	in.AutoMerge = true
	_, err := r.CreateDeployment(r.ctx, r.admin, r.repo, in, deploy.IdempotencyKey{})
	if e := r.refusal(err, slipway.Conflict, "Conflict merging trunk into topic."); !slices.Equal(e.Conflicts, []string{"readme"}) {
		t.Errorf("%v", e.Conflicts)
	}
	_, err = r.MergeBranches(r.ctx, r.admin, r.repo, "topic", "trunk", nil)
	if e := r.refusal(err, slipway.Conflict, "Merge conflict"); !slices.Equal(e.Conflicts, []string{"readme"}) {
		t.Errorf("%v", e.Conflicts)
	}
	in.Ref = "v1"
	_, err = r.CreateDeployment(r.ctx, r.admin, r.repo, in, deploy.IdempotencyKey{})
	r.refused(err, slipway.Conflict, "Conflict merging trunk into v1.")
	// Histories that have nothing in common conflict too.
	r.work.Git("checkout", "--quiet", "--orphan", "island")
	r.work.Commit("island", "x\n")
	r.push("island")
	before := r.lastEvent()
	in.Ref = "island"
	_, err = r.CreateDeployment(r.ctx, r.admin, r.repo, in, deploy.IdempotencyKey{})
	r.refused(err, slipway.Conflict, "Conflict merging trunk into island.")
	if r.lastEvent() != before {
		t.Error(r.names(before))
	}
	r.noIntents()
}

func TestPushesOnRealGitAreTold(t *testing.T) {
	r := newRealWorld(t)
	first := slipway.SHA(r.work.SHA("HEAD"))
	r.push("trunk")
	r.work.Git("tag", "-a", "v1", "-m", "one")
	tag := slipway.SHA(r.work.SHA("v1"))
	before := r.lastEvent()
	r.push("v1")
	r.work.Commit("readme", "2\n")
	r.push("trunk")
	r.work.Git("commit", "--quiet", "--amend", "-m", "other")
	last := slipway.SHA(r.work.SHA("HEAD"))
	r.push("+trunk")
	r.push(":v1")
	moves := r.moves(before)
	if len(moves) != 4 || moves[0] != (slipway.RefChange{Name: "refs/tags/v1", Old: slipway.ZeroSHA, New: tag}) ||
		moves[1].Old != first || moves[1].Forced || !moves[2].Forced || moves[2].New != last || !moves[3].Deleted() {
		t.Errorf("%+v", moves)
	}
	// A server that was killed after the ref moved tells of it when it starts again.
	r.must(second(r.BeginPush(r.ctx, r.admin, r.repo)))
	r.work.Git("push", "--quiet", "origin", "trunk:refs/heads/copy")
	before = r.lastEvent()
	r.must(r.RecoverIntents(r.ctx))
	if log := r.events(before); len(log) != 1 || log[0].Actor != r.admin.Account.ID {
		t.Errorf("%+v", log)
	}
	r.noIntents()
}

func TestMergingBranchesOnRealGit(t *testing.T) {
	r := newRealWorld(t)
	r.push("trunk", "trunk:base")
	head := r.work.Commit("more", "m\n")
	r.push("trunk")
	commit, err := r.MergeBranches(r.ctx, r.admin, r.repo, "base", head, nil)
	r.must(err)
	if commit.Message != "Merge "+head+" into base" || len(commit.Parents) != 2 || string(commit.Parents[1]) != head || len(commit.Files) != 1 {
		t.Errorf("%+v", commit)
	}
	if again, err := r.MergeBranches(r.ctx, r.admin, r.repo, "base", "trunk", nil); again != nil || err != nil {
		t.Errorf("%+v, %v", again, err)
	}
	made, err := r.CreateRepository(r.ctx, r.admin, deploy.NewRepository{Name: "fresh", AutoInit: true, Description: "a thing"})
	r.must(err)
	branch, first, err := r.Branch(r.ctx, made, "main")
	if err != nil || branch.SHA != first.SHA || first.Committer.Name != "Slipway" {
		t.Errorf("%+v, %v", first, err)
	}
}
