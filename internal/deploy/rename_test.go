package deploy_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestARenamedRepositoryIsFoundByItsFormerNames(t *testing.T) {
	w := newWorld(t)
	r := w.repository("corp", "one")
	for _, name := range []string{"two", "three"} {
		before := w.lastEvent()
		renamed, err := w.RenameRepository(w.ctx, w.admin, r, name)
		w.must(err)
		if renamed.Name != name || renamed.ID != r.ID || w.names(before) != "repository/renamed" {
			t.Errorf("%+v, %s", renamed, w.names(before))
		}
		if e := w.events(before)[0]; e.Subject.Name != r.Name || e.Actor != w.admin.Account.ID {
			t.Errorf("%+v", e)
		}
		r = renamed
	}
	for name, moved := range map[string]bool{"ONE": true, "two": true, "three": false} {
		found, err := w.FindRepository(w.ctx, w.admin, "corp", name)
		if err != nil || found.Repository.ID != r.ID || found.Moved != moved {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if w.git.repos["corp/three"] == nil || w.git.repos["corp/one"] != nil {
		t.Error("the folder has not moved with it")
	}
	// A new repository takes the name.
	next := w.repository("corp", "one")
	if found, err := w.FindRepository(w.ctx, w.admin, "corp", "one"); err != nil || found.Repository.ID != next.ID || found.Moved {
		t.Errorf("%+v, %v", found, err)
	}
	// A name that is taken is not given, whatever its case; the same name in another case is.
	_, err := w.RenameRepository(w.ctx, w.admin, r, "ONE")
	w.refused(err, slipway.Invalid, "Validation Failed")
	_, err = w.RenameRepository(w.ctx, w.admin, r, "a/b")
	w.refused(err, slipway.Invalid, "Validation Failed")
	if r, err = w.RenameRepository(w.ctx, w.admin, r, "Three"); err != nil || r.Name != "Three" {
		t.Errorf("%+v, %v", r, err)
	}
	if found, err := w.FindRepository(w.ctx, w.admin, "corp", "three"); err != nil || found.Moved {
		t.Errorf("%+v, %v", found, err)
	}
	// And back again.
	r, err = w.RenameRepository(w.ctx, w.admin, r, "two")
	w.must(err)
	if found, err := w.FindRepository(w.ctx, w.admin, "corp", "two"); err != nil || found.Moved || found.Repository.ID != r.ID {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestARenameThatIsCutShortIsEnded: killed before or after the folder has moved, the next start ends it.
func TestARenameThatIsCutShortIsEnded(t *testing.T) {
	for _, after := range []bool{false, true} {
		w := newWorld(t)
		r := w.repository("corp", "one")
		w.git.before = func(what string, from *slipway.Repository) error {
			if what != "move" {
				return nil
			}
			if after {
				w.git.mu.Lock()
				defer w.git.mu.Unlock()
				w.git.repos["corp/two"] = w.git.repos[from.FullName()]
				delete(w.git.repos, from.FullName())
			}
			return slipway.Because(slipway.Unavailable, "git: killed", errors.New("killed"))
		}
		_, err := w.RenameRepository(w.ctx, w.admin, r, "two")
		if slipway.KindOf(err) != slipway.Unavailable {
			t.Fatalf("%v", err)
		}
		// Until then neither name is free, and nothing else happens to it.
		for _, name := range []string{"one", "two"} {
			_, err := w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Owner: "corp", Name: name})
			if err == nil {
				t.Errorf("%s was given to another", name)
			}
		}
		if err := w.RemoveRepository(w.ctx, w.admin, r); slipway.KindOf(err) != slipway.Unavailable {
			t.Errorf("%v", err)
		}
		w.git.before = nil
		next := w.decisions()
		w.must(next.RecoverIntents(w.ctx))
		found, err := next.FindRepository(w.ctx, w.admin, "corp", "two")
		if err != nil || found.Moved || found.Repository.ID != r.ID {
			t.Errorf("after %v: %+v, %v", after, found, err)
		}
		before := w.lastEvent()
		w.must(next.RecoverIntents(w.ctx))
		if names := w.names(before); names != "" {
			t.Errorf("it was told twice: %s", names)
		}
	}
}

func TestARenameOntoSomebodysFolder(t *testing.T) {
	w := newWorld(t)
	r := w.repository("corp", "one")
	w.git.repos["corp/two"] = &scriptedRepo{}
	before := w.dump()
	_, err := w.RenameRepository(w.ctx, w.admin, r, "two")
	w.refused(err, slipway.Invalid, "Validation Failed")
	if w.dump() != before {
		t.Error("something is left of it")
	}
}

func TestADeletedRepositoryIsGone(t *testing.T) {
	w := newWorld(t)
	d := w.deploy("main", "production")
	w.report(d.ID, "success")
	w.status(d.SHA, "ci", "success")
	_, _, err := w.CreateHook(w.ctx, w.admin, w.repo, slipway.HookRequest{Config: map[string]string{"url": "https://example.com/"}})
	w.must(err)
	before := w.lastEvent()
	w.must(w.RemoveRepository(w.ctx, w.admin, w.repo))
	if names := w.names(before); names != "repository/deleted" {
		t.Errorf("events: %s", names)
	}
	if e := w.events(before)[0]; e.Subject.Name != w.repo.FullName() {
		t.Errorf("%+v", e)
	}
	_, err = w.FindRepository(w.ctx, w.admin, w.repo.Owner.Login, w.repo.Name)
	w.refused(err, slipway.NotFound, "Not Found")
	_, err = w.FindRepositoryByID(w.ctx, w.admin, w.repo.ID)
	w.refused(err, slipway.NotFound, "Not Found")
	if err := w.RemoveRepository(w.ctx, w.admin, w.repo); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("twice: %v", err)
	}
	if w.git.repos[w.repo.FullName()] != nil {
		t.Error("the folder is there")
	}
	w.must(w.FinishFolders(w.ctx))
	for _, table := range []string{"deployments", "deployment_statuses", "commit_statuses", "environments", "refs", "counters", "hooks", "repositories"} {
		var n int
		column := "repository_id"
		if table == "repositories" {
			column = "id"
		}
		query := "SELECT count(*) FROM " + table + " WHERE " + column + " = $1"
		if table == "deployment_statuses" {
			query = "SELECT count(*) FROM deployment_statuses WHERE $1 > 0"
		}
		w.must(w.raw.QueryRowContext(w.ctx, query, w.repo.ID).Scan(&n))
		if n != 0 {
			t.Errorf("%d rows of it in %s", n, table)
		}
	}
	// What happened there stays in the log, and the name is free.
	if len(w.events(0)) < 5 {
		t.Error("the log was cut")
	}
	next := w.repository(w.repo.Owner.Login, w.repo.Name)
	if next.ID <= w.repo.ID {
		t.Errorf("id %d was used before", next.ID)
	}
}

// TestADeletionThatIsCutShortIsEnded: it is gone at once, its folder and rows follow.
func TestADeletionThatIsCutShortIsEnded(t *testing.T) {
	w := newWorld(t)
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what == "remove" {
			return slipway.Because(slipway.Unavailable, "git: killed", errors.New("killed"))
		}
		return nil
	}
	w.must(w.RemoveRepository(w.ctx, w.admin, w.repo))
	_, err := w.FindRepository(w.ctx, w.admin, w.repo.Owner.Login, w.repo.Name)
	w.refused(err, slipway.NotFound, "Not Found")
	// Nobody gets the folder with its name.
	_, err = w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Owner: w.repo.Owner.Login, Name: w.repo.Name})
	if slipway.KindOf(err) != slipway.Unavailable {
		t.Errorf("%v", err)
	}
	w.git.before = nil
	next := w.decisions()
	w.must(next.RecoverIntents(w.ctx))
	if w.git.repos[w.repo.FullName()] != nil {
		t.Error("the folder is there")
	}
	w.must(second(next.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Owner: w.repo.Owner.Login, Name: w.repo.Name})))
}

func TestEditingARepository(t *testing.T) {
	w := newWorld(t)
	text, page, branch, yes, no := "what it is", "https://example.com", "topic", true, false
	refs := w.git.repos[w.repo.FullName()].refs
	refs["refs/heads/"+branch] = refs["refs/heads/main"]
	before := w.lastEvent()
	r, err := w.EditRepository(w.ctx, w.admin, w.repo, deploy.RepositoryEdit{
		Description: &text, Homepage: &page, DefaultBranch: &branch, Private: &yes, Archived: &yes,
	})
	w.must(err)
	if r.Description != text || r.Homepage != page || r.DefaultBranch != branch || !r.Private || !r.Archived {
		t.Errorf("%+v", r)
	}
	if names := w.names(before); names != "repository/edited repository/privatized repository/archived" {
		t.Errorf("events: %s", names)
	}
	if head := w.git.repos[r.FullName()].head; head != branch {
		t.Errorf("HEAD is %s", head)
	}
	// Nothing happens to an archived one, but that it leaves the archive.
	_, err = w.EditRepository(w.ctx, w.admin, r, deploy.RepositoryEdit{Description: new(string)})
	w.refused(err, slipway.Forbidden, "Repository was archived so is read-only.")
	r, err = w.EditRepository(w.ctx, w.admin, r, deploy.RepositoryEdit{Archived: &no, Private: &no})
	if err != nil || r.Archived || r.Private {
		t.Errorf("%+v, %v", r, err)
	}
	quiet := w.dump()
	for name, in := range map[string]deploy.RepositoryEdit{
		"a branch that is not there": {DefaultBranch: new("nothing")},
		"a homepage that is none":    {Homepage: new("javascript:alert(1)")},
		"a description of two lines": {Description: new("a\nb")},
		"a name that is none":        {Name: new("..")},
	} {
		if _, err := w.EditRepository(w.ctx, w.admin, r, in); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	same := r.Name
	if _, err := w.EditRepository(w.ctx, w.admin, r, deploy.RepositoryEdit{Name: &same}); err != nil {
		t.Error(err)
	}
	if w.dump() != quiet {
		t.Error("something was changed")
	}
}

// TestAPushInADeletedRepositoryIsNobodysBusiness: the next start has nothing to say about it.
func TestAPushInADeletedRepositoryIsNobodysBusiness(t *testing.T) {
	w := newWorld(t)
	_, err := w.BeginPush(w.ctx, w.admin, w.repo)
	w.must(err)
	w.must(w.RemoveRepository(w.ctx, w.admin, w.repo))
	var log bytes.Buffer
	next := deploy.New(w.store, w.git, anyTarget{}, deploy.Settings{}, slog.New(slog.NewTextHandler(&log, nil)), nil)
	w.must(next.RecoverIntents(w.ctx))
	if log.Len() > 0 {
		t.Errorf("%s", &log)
	}
	w.must(next.FinishFolders(w.ctx))
	var n int
	w.must(w.raw.QueryRowContext(w.ctx, "SELECT count(*) FROM intents").Scan(&n))
	if n != 0 {
		t.Errorf("%d intents are left", n)
	}
}
