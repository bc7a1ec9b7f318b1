package storetest

import (
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func organizations(w *world) {
	org, other, a, b := w.account("org"), w.account("other"), w.account("a"), w.account("b")
	for _, m := range []slipway.Membership{{OrganizationID: org.ID, AccountID: b.ID}, {OrganizationID: org.ID, AccountID: a.ID, Admin: true}, {OrganizationID: other.ID, AccountID: a.ID}} {
		w.update(0, func(tx deploy.Tx) error { return tx.SetMembership(m) })
	}
	w.same("members", read(w, func(tx deploy.Tx) ([]deploy.Member, error) { return tx.Members(org.ID) }),
		[]deploy.Member{{Account: a, Admin: true}, {Account: b}})
	w.same("organizations", read(w, func(tx deploy.Tx) ([]deploy.Member, error) { return tx.OrganizationsOf(a.ID) }),
		[]deploy.Member{{Account: org, Admin: true}, {Account: other}})
	before := read(w, deploy.Tx.AuthVersion)
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveMembership(org.ID, a.ID) })
	if read(w, deploy.Tx.AuthVersion) == before {
		w.Error("authority is taken away and its version stays")
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Membership(org.ID, a.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveMembership(org.ID, a.ID) })
	w.same("left", read(w, func(tx deploy.Tx) ([]deploy.Member, error) { return tx.Members(org.ID) }), []deploy.Member{{Account: b}})
}

func teams(w *world) {
	r, a, b := w.repository("r"), w.account("a"), w.account("b")
	org := r.Owner
	ops := slipway.Team{Organization: org, Name: "Ops / EU", Slug: "ops-eu", Description: "d", CreatedAt: w.now, UpdatedAt: w.now.Add(time.Hour)}
	dev := slipway.Team{Organization: org, Name: "dev", Slug: "dev", CreatedAt: w.now, UpdatedAt: w.now}
	for _, t := range []*slipway.Team{&ops, &dev} {
		w.update(0, func(tx deploy.Tx) error { return tx.InsertTeam(t) })
	}
	w.kind(slipway.Conflict, func(tx deploy.Tx) error { return tx.InsertTeam(&slipway.Team{Organization: org, Slug: "dev"}) })
	w.update(0, func(tx deploy.Tx) error {
		return tx.InsertTeam(&slipway.Team{Organization: a, Name: "dev", Slug: "dev"})
	})
	w.same("by id", read(w, func(tx deploy.Tx) (slipway.Team, error) { return tx.Team(ops.ID) }), ops)
	w.same("by slug", read(w, func(tx deploy.Tx) (slipway.Team, error) { return tx.TeamBySlug(org.ID, "dev") }), dev)
	w.same("all", read(w, func(tx deploy.Tx) ([]slipway.Team, error) { return tx.TeamsOf(org.ID) }), []slipway.Team{dev, ops})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Team(99); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.TeamBySlug(org.ID, "none"); return err })

	for _, m := range []struct{ team, account int64 }{{ops.ID, b.ID}, {ops.ID, a.ID}, {dev.ID, a.ID}, {dev.ID, a.ID}} {
		w.update(0, func(tx deploy.Tx) error { return tx.SetTeamMember(m.team, m.account, true) })
	}
	w.same("in ops", read(w, func(tx deploy.Tx) ([]slipway.Account, error) { return tx.TeamMembers(ops.ID) }), []slipway.Account{a, b})
	w.same("a's", read(w, func(tx deploy.Tx) ([]slipway.Team, error) { return tx.TeamsOfMember(a.ID) }), []slipway.Team{ops, dev})

	role := func(account slipway.Account) slipway.Role {
		return read(w, func(tx deploy.Tx) (slipway.Role, error) { return tx.TeamRole(r.ID, account.ID) })
	}
	w.same("none yet", role(a), slipway.RoleNone)
	w.update(0, func(tx deploy.Tx) error { return tx.SetTeamRole(ops.ID, r.ID, slipway.RoleRead) })
	w.update(0, func(tx deploy.Tx) error { return tx.SetTeamRole(dev.ID, r.ID, slipway.RoleWrite) })
	w.same("the greatest", []slipway.Role{role(a), role(b)}, []slipway.Role{slipway.RoleWrite, slipway.RoleRead})
	w.same("everybody's", read(w, func(tx deploy.Tx) (map[int64]slipway.Role, error) { return tx.TeamRoles(r.ID) }),
		map[int64]slipway.Role{a.ID: slipway.RoleWrite, b.ID: slipway.RoleRead})
	w.same("repositories", read(w, func(tx deploy.Tx) ([]deploy.Access, error) { return tx.TeamRepositories(dev.ID) }),
		[]deploy.Access{{Repository: r, Role: slipway.RoleWrite}})
	w.update(0, func(tx deploy.Tx) error { return tx.SetTeamRole(dev.ID, r.ID, slipway.RoleNone) })
	w.same("taken away", role(a), slipway.RoleRead)

	w.update(0, func(tx deploy.Tx) error { return tx.SetTeamMember(ops.ID, b.ID, false) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetTeamMember(ops.ID, b.ID, false) })
	w.same("left", role(b), slipway.RoleNone)

	// Who leaves the organization leaves its teams, and no other's.
	w.update(0, func(tx deploy.Tx) error {
		return tx.SetMembership(slipway.Membership{OrganizationID: org.ID, AccountID: a.ID})
	})
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveMembership(org.ID, a.ID) })
	w.same("a's", read(w, func(tx deploy.Tx) ([]slipway.Team, error) { return tx.TeamsOfMember(a.ID) }), []slipway.Team(nil))
}

func repositoryLists(w *world) {
	owned, shared, ours, teams, foreign := w.repository("owned"), w.repository("shared"), w.repository("ours"), w.repository("teams"), w.repository("foreign")
	me, friend := owned.Owner, w.account("friend")
	team := slipway.Team{Organization: ours.Owner, Name: "t", Slug: "t"}
	w.update(0, func(tx deploy.Tx) error {
		if err := tx.SetCollaborator(shared.ID, me.ID, slipway.RoleWrite); err != nil {
			return err
		}
		if err := tx.SetCollaborator(shared.ID, friend.ID, slipway.RoleRead); err != nil {
			return err
		}
		if err := tx.SetMembership(slipway.Membership{OrganizationID: ours.Owner.ID, AccountID: me.ID}); err != nil {
			return err
		}
		if err := tx.InsertTeam(&team); err != nil {
			return err
		}
		if err := tx.SetTeamMember(team.ID, me.ID, true); err != nil {
			return err
		}
		return tx.SetTeamRole(team.ID, teams.ID, slipway.RoleRead)
	})
	w.same("for me", read(w, func(tx deploy.Tx) ([]slipway.Repository, error) { return tx.RepositoriesFor(me.ID) }),
		[]slipway.Repository{owned, shared, ours, teams})
	w.same("owned", read(w, func(tx deploy.Tx) ([]slipway.Repository, error) { return tx.RepositoriesOwned(me.ID) }), []slipway.Repository{owned})
	w.same("collaborations", read(w, func(tx deploy.Tx) ([]int64, error) { return tx.CollaborationsOf(me.ID) }), []int64{shared.ID})
	w.same("collaborators", read(w, func(tx deploy.Tx) ([]deploy.Grant, error) { return tx.Collaborators(shared.ID) }),
		[]deploy.Grant{{Account: me, Role: slipway.RoleWrite}, {Account: friend, Role: slipway.RoleRead}})
	for _, push := range []struct{ repository, id int64 }{{foreign.ID, 7}, {shared.ID, 9}, {ours.ID, 8}} {
		w.update(push.repository, func(tx deploy.Tx) error { return tx.SetPushed(push.repository, w.now, push.id) })
	}
	first := read(w, func(tx deploy.Tx) ([]slipway.Repository, error) { return tx.PublicRepositories(2) })
	if len(first) != 2 || first[0].ID != shared.ID || first[1].ID != ours.ID {
		w.Errorf("public, pushed to last first: %+v", first)
	}
}

func folders(w *world) {
	r, other := w.repository("r"), w.repository("other")
	m := deploy.FolderMove{RepositoryID: r.ID, Owner: r.Owner.Login, Name: "r", Target: "s", ActorID: 7}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertFolderMove(&m, time.Minute) })
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertFolderMove(&deploy.FolderMove{RepositoryID: r.ID}, time.Minute)
	})
	w.same("under way", read(w, deploy.Tx.FolderMoves), []deploy.FolderMove{m})
	lease := func(tx deploy.Tx) error {
		return tx.LeaseFolderMove(&deploy.FolderMove{RepositoryID: r.ID}, time.Minute)
	}
	w.kind(slipway.Conflict, lease)
	w.move(time.Minute)
	dead := m
	dead.Leased = false
	w.same("its holder has died", read(w, deploy.Tx.FolderMoves), []deploy.FolderMove{dead})
	w.update(0, func(tx deploy.Tx) error { return tx.LeaseFolderMove(&m, time.Minute) })
	w.same("the next fence", m.Fence, dead.Fence+1)
	w.update(0, func(tx deploy.Tx) error { return errors.Join(tx.EndFolderLease(dead), tx.RemoveFolderMove(dead)) })
	w.same("who was followed ends nothing", read(w, deploy.Tx.FolderMoves), []deploy.FolderMove{m})
	w.move(-72 * time.Hour)
	w.update(0, lease) // a clock that was set back keeps nobody
	m.Fence++
	w.move(72 * time.Hour)
	w.update(0, func(tx deploy.Tx) error { return tx.EndFolderLease(m) })
	w.update(0, func(tx deploy.Tx) error { return tx.LeaseFolderMove(&m, time.Minute) })
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveFolderMove(m) })
	w.same("over", read(w, deploy.Tx.FolderMoves), []deploy.FolderMove(nil))
	w.kind(slipway.Conflict, lease)

	former := func(owner, name string) func(deploy.Tx) (int64, error) {
		return func(tx deploy.Tx) (int64, error) { return tx.FormerName(owner, name) }
	}
	w.update(0, func(tx deploy.Tx) error { return tx.SetFormerName(r, "Old") })
	w.same("in any case", read(w, former("OWNER-of-r", "oLD")), r.ID)
	moved := other
	moved.Owner = r.Owner
	w.update(0, func(tx deploy.Tx) error { return tx.SetFormerName(moved, "old") })
	w.same("the latest", read(w, former("owner-of-r", "old")), other.ID)
	w.update(0, func(tx deploy.Tx) error { return tx.ForgetFormerName(r.Owner.ID, "OLD") })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := former("owner-of-r", "old")(tx); return err })
}

func removedRepositories(w *world) {
	r, other := w.repository("r"), w.repository("other")
	for _, into := range []slipway.Repository{r, other} {
		d := w.deployment(into, nil)
		w.update(into.ID, func(tx deploy.Tx) error {
			if err := tx.InsertDeployment(&d); err != nil {
				return err
			}
			if err := tx.SetCollaborator(into.ID, other.Owner.ID, slipway.RoleRead); err != nil {
				return err
			}
			return tx.SetRefs(into.ID, []slipway.RefChange{{Name: "refs/heads/main", Old: slipway.ZeroSHA, New: sha(1)}})
		})
	}
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveRepository(r.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Repository(r.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.RepositoryByName(r.Owner.Login, r.Name); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetRepository(r) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveRepository(r.ID) })
	w.same("listed", read(w, func(tx deploy.Tx) ([]slipway.Repository, error) { return tx.RepositoriesAfter(0, 9) }), []slipway.Repository{other})

	// One with the same name is another one, while the rows of the first go bit by bit.
	next := slipway.Repository{Owner: r.Owner, Name: r.Name, DefaultBranch: "main", CreatedAt: w.now, UpdatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertRepository(&next) })
	for removed, calls := 1, 0; removed > 0; calls++ {
		w.update(0, func(tx deploy.Tx) (err error) {
			removed, err = tx.RemoveRemains(w.now, 1)
			return err
		})
		if calls > 50 {
			w.Fatal("it never ends")
		}
	}
	w.same("refs", read(w, func(tx deploy.Tx) ([]slipway.Ref, error) { return tx.ListRefs(r.ID) }), []slipway.Ref(nil))
	w.same("the other's refs", len(read(w, func(tx deploy.Tx) ([]slipway.Ref, error) { return tx.ListRefs(other.ID) })), 1)
	n, _, err := 0, false, error(nil)
	w.view(func(tx deploy.Tx) error {
		n, _, err = tx.CountDeployments(slipway.DeploymentFilter{RepositoryID: other.ID})
		return err
	})
	w.same("the other's deployments", n, 1)
	w.same("the new one", read(w, func(tx deploy.Tx) (slipway.Repository, error) { return tx.RepositoryByName(r.Owner.Login, r.Name) }), next)
}

func quotas(w *world) {
	soon, later := w.now.Add(time.Minute), w.now.Add(time.Hour)
	list := []deploy.Quota{{Caller: "#1", Used: 7, ResetAt: soon}, {Caller: "192.0.2.1", Used: 1, ResetAt: later}}
	w.update(-23, func(tx deploy.Tx) error { return tx.SetQuotas(list) })
	w.same("written", len(read(w, deploy.Tx.Quotas)), 2)
	w.move(2 * time.Minute)
	w.update(-23, func(tx deploy.Tx) error {
		return tx.SetQuotas([]deploy.Quota{{Caller: "192.0.2.1", Used: 5, ResetAt: later}})
	})
	w.same("the hour of one is over", read(w, deploy.Tx.Quotas), []deploy.Quota{{Caller: "192.0.2.1", Used: 5, ResetAt: later}})
}
