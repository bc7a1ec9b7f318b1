package slipway

import (
	"math"
	"slices"
	"time"
)

// CheckSuite is all check runs of one app for one commit (contract 5.4). What it has come to is told by its runs.
type CheckSuite struct {
	ID            int64
	RepositoryID  int64
	SHA           SHA
	AppID         int64
	App           *App   // nil: it is gone
	HeadBranch    string // one whose tip the commit was when the suite was made; empty: none
	CreatedAt     time.Time
	UpdatedAt     time.Time
	RerequestedAt *time.Time // when somebody last asked for all of it again; nil: never

	Status     string // queued, in_progress or completed
	Conclusion string // empty until completed
	Runs       int    // the newest of each name
}

// worstFirst are the conclusions by how much they say: a suite concludes with the first one that one of its runs has.
var worstFirst = []string{"failure", "timed_out", "action_required", "cancelled", "success", "neutral", "skipped"}

// Summed is the suite with what its runs come to, given the newest of each name: completed when all of them are, with the
// worst of their conclusions. A suite that was asked for again is queued until one of its runs changes.
func (s CheckSuite) Summed(latest []CheckRun) CheckSuite {
	s.Status, s.Conclusion, s.Runs = CheckQueued, "", len(latest)
	begun, done, changed := false, true, s.RerequestedAt == nil
	for _, r := range latest {
		begun = begun || r.Status != CheckQueued
		done = done && r.Status == CheckCompleted
		changed = changed || r.UpdatedAt.After(*s.RerequestedAt)
	}
	switch {
	case !begun || !changed:
	case !done:
		s.Status = CheckInProgress
	default:
		s.Status, s.Conclusion = CheckCompleted, worst(latest)
	}
	return s
}

// worst is the conclusion of runs that are all completed.
func worst(runs []CheckRun) string {
	for _, conclusion := range worstFirst {
		if slices.ContainsFunc(runs, func(r CheckRun) bool { return r.Conclusion == conclusion }) {
			return conclusion
		}
	}
	return "neutral"
}

// OwnAppID is the id of the app that check runs are said to come from when no app wrote them. It is no row's: ids begin at
// 1 and do not come this far.
const OwnAppID = math.MaxInt32

// OwnAppSlug is its name in addresses. No other app gets it: the bot of that name is the server's.
const OwnAppSlug = "slipway"

// OwnApp is the server as the app that check runs come from which people wrote. bot is the account that stands for the server.
func OwnApp(bot Account) App {
	return App{
		ID: OwnAppID, Kind: GitHubApp, Slug: OwnAppSlug, Name: "Slipway", Owner: bot, BotID: bot.ID,
		Description: "Check runs that were not reported by an app.",
		Permissions: ownPermissions(), Events: []string{},
		CreatedAt: bot.CreatedAt, UpdatedAt: bot.UpdatedAt,
	}
}

// ownPermissions is what the server may do: everything there is a name for.
func ownPermissions() Permissions {
	p := Permissions{}
	for name, most := range permissionNames {
		p[name] = min(most, LevelWrite)
	}
	return p
}
