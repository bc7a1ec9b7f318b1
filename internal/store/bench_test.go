package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// BenchmarkDeployment is what one POST deployments asks of the store: the gate's statuses, the environment, the
// deployment, its counters and two events, durable when it returns. The machine's limit beside it is one COMMIT.
func BenchmarkDeployment(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("sqlite/callers=%d", callers), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "slipway.db")
			benchmarkDeployments(b, Config{Path: path}, callers, 1)
			if info, err := os.Stat(path); err == nil && b.N > 1000 {
				b.ReportMetric(float64(info.Size())/float64(b.N), "B/deployment")
			}
		})
	}
	b.Run("postgres", func(b *testing.B) {
		server := testkit.StartPostgres(b) // with fsync
		for _, callers := range []int{1, 8, 64} {
			for _, repositories := range []int{1, 64} {
				b.Run(fmt.Sprintf("repositories=%d/callers=%d", repositories, callers), func(b *testing.B) {
					benchmarkDeployments(b, Config{DatabaseURL: server.Database(b, prepare)}, callers, repositories)
				})
			}
		}
	})
}

func benchmarkDeployments(b *testing.B, c Config, callers, repositories int) {
	d, err := Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	}()
	list := benchmarkRepositories(b, d, repositories)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if err := createDeployment(d, list[n%int64(len(list))]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deployments/s")
}

func benchmarkRepositories(b *testing.B, d *DB, n int) (list []slipway.Repository) {
	err := d.Update(b.Context(), 0, func(tx deploy.Tx) error {
		a := slipway.Account{Login: "acme", Type: slipway.User, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.InsertAccount(&a); err != nil {
			return err
		}
		for i := range n {
			r := slipway.Repository{Owner: a, Name: fmt.Sprint("r", i), DefaultBranch: "main", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
			if err := tx.InsertRepository(&r); err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return list
}

// subject has the size of a deployment as events keep it.
var subject = json.RawMessage(`{"v":1,"deployment":{"id":123456,"sha":"0123456789abcdef0123456789abcdef01234567","ref":"main","task":"deploy",` +
	`"environment":"production","creator":1,"created_at":"2026-01-02T03:04:05.678901Z","payload":{"user":"octocat","room":"ops"},` +
	`"description":"Deploy request from hubot"}}`)

func createDeployment(d *DB, r slipway.Repository) error {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	return d.Update(context.Background(), r.ID, func(tx deploy.Tx) error {
		if _, err := tx.LatestCommitStatuses(r.ID, sha); err != nil {
			return err
		}
		if _, _, err := tx.EnsureEnvironment(r.ID, "production"); err != nil {
			return err
		}
		dep := slipway.Deployment{
			RepositoryID: r.ID, SHA: sha, Ref: "main", Task: "deploy", Environment: "production", Creator: &r.Owner,
			Payload: json.RawMessage(`{"user":"octocat","room":"ops"}`), CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
		}
		if err := tx.InsertDeployment(&dep); err != nil {
			return err
		}
		id, err := tx.Record(slipway.Event{RepositoryID: r.ID, ActorID: r.Owner.ID, Kind: "deployment", Action: "created", Subject: subject})
		if err != nil {
			return err
		}
		same := fmt.Appendf(nil, `{"v":1,"same_as":%d}`, id)
		_, err = tx.Record(slipway.Event{RepositoryID: r.ID, ActorID: r.Owner.ID, Kind: "deployment", Action: "released", Subject: same})
		return err
	})
}

// BenchmarkList is a page with its length, as GET deployments reads it. It should not matter how many rows there are.
func BenchmarkList(b *testing.B) {
	for _, rows := range []int{1000, 100_000} {
		d, err := Open(b.Context(), Config{Path: filepath.Join(b.TempDir(), "slipway.db")})
		if err != nil {
			b.Fatal(err)
		}
		r := benchmarkRepositories(b, d, 1)[0]
		fillDeployments(b, d, r, rows)
		last := (rows + 29) / 30
		for _, test := range []struct {
			name string
			f    slipway.DeploymentFilter
			page int
		}{
			{"all", slipway.DeploymentFilter{}, 1},
			{"all/last", slipway.DeploymentFilter{}, last},
			{"task", slipway.DeploymentFilter{Task: "deploy"}, 1},
			{"task/last", slipway.DeploymentFilter{Task: "deploy"}, last},
			{"ref/rare", slipway.DeploymentFilter{Ref: "ref-7"}, 1},
			{"environment", slipway.DeploymentFilter{Environment: "production"}, 1},
			{"sha", slipway.DeploymentFilter{SHA: "0123456789abcdef0123456789abcdef01234567"}, 1},
			{"environment and rare ref", slipway.DeploymentFilter{Environment: "production", Ref: "ref-7"}, 1},
		} {
			test.f.RepositoryID = r.ID
			b.Run(fmt.Sprintf("rows=%d/%s", rows, test.name), func(b *testing.B) {
				for b.Loop() {
					err := d.View(b.Context(), func(tx deploy.Tx) error {
						if _, err := tx.ListDeployments(test.f, deploy.Page{Number: test.page, Size: 30}); err != nil {
							return err
						}
						_, _, err := tx.CountDeployments(test.f)
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func fillDeployments(b *testing.B, d *DB, r slipway.Repository, rows int) {
	for done := 0; done < rows; done += 1000 {
		err := d.Update(b.Context(), r.ID, func(tx deploy.Tx) error {
			for i := range 1000 {
				dep := slipway.Deployment{
					RepositoryID: r.ID, SHA: "0123456789abcdef0123456789abcdef01234567", Ref: fmt.Sprint("ref-", (done+i)%500), Task: "deploy",
					Environment: "production", Creator: &r.Owner, CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
				}
				if err := tx.InsertDeployment(&dep); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
