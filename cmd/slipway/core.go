package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/api"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
	"github.com/slipway-deploy/slipway/internal/graph"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store"
)

// core is everything behind the edges: the data folder, what is remembered, what drives git, and the decisions.
type core struct {
	settings  Settings
	log       *slog.Logger
	folder    *folder
	db        *store.DB
	repos     *git.Repositories
	guard     *hook.Guard
	decisions *deploy.Decisions
	wake      func() // set by whoever runs the deliveries
}

// openCore takes the data folder, opens the store (which brings its schema up to date) and wires the decisions. With
// PostgreSQL there is no folder lock: several nodes may share a folder of repositories (decisions §1).
func openCore(ctx context.Context, s Settings, log *slog.Logger) (_ *core, err error) {
	k := &core{settings: s, log: log, wake: func() {}}
	defer func() {
		if err != nil {
			_ = k.close()
		}
	}()
	if k.folder, err = openFolder(s.Data); err != nil {
		return nil, err
	}
	if s.DatabaseURL == "" {
		if err := k.folder.take(); err != nil {
			return nil, err
		}
	}
	if err := k.openStore(ctx); err != nil {
		return nil, err
	}
	if k.repos, err = git.Open(k.folder.join("repos"), git.Options{Log: log}); err != nil {
		return nil, fmt.Errorf("git: %w", err)
	}
	if k.guard, err = hook.NewGuard(s.WebhookAllow); err != nil {
		return nil, usagef("webhook-allow: %w", err)
	}
	host := hostOf(s.external(s.Listen))
	k.decisions = deploy.New(k.db, k.repos, k.guard, deploy.Settings{
		Committer:          s.committer(host),
		NoReplyHost:        host,
		ProductionFromName: s.ProductionDefault == "documented",
		RefuseUnknownEnvs:  s.UnknownEnvironment == "refuse",
		PrivateByDefault:   s.DefaultVisibility == "private",

		EventsIncludeDeployments: s.EventsDeployments,
	}, log, func() { k.wake() })
	return k, nil
}

func (k *core) openStore(ctx context.Context) error {
	key, made, err := readKey(k.settings)
	if err != nil {
		return err
	}
	k.db, err = store.Open(ctx, store.Config{
		DatabaseURL: k.settings.DatabaseURL, Path: k.folder.join("slipway.db"), Key: key, Log: k.log,
	})
	if err != nil {
		return fmt.Errorf("the database cannot be opened: %w", err)
	}
	return checkKey(ctx, k.db, keyPath(k.settings), made)
}

// close gives back what openCore took, in the opposite order. It may be called on a core that is half open.
func (k *core) close() (err error) {
	if k.repos != nil {
		err = errors.Join(err, k.repos.Close())
	}
	if k.db != nil {
		err = errors.Join(err, k.db.Close())
	}
	if k.folder != nil {
		k.folder.release()
	}
	return err
}

// api is the REST edge over the decisions.
func (k *core) api(urls slipway.URLs, observe api.Observer) *api.API {
	s := k.settings
	era, err := slipway.ParseEra(s.Era)
	if err != nil {
		panic("era was checked when it was set: " + err.Error())
	}
	return api.New(k.decisions, api.Options{
		URLs:               urls,
		Era:                era,
		DocumentationURL:   s.DocumentationURL,
		RateLimit:          s.RateLimit,
		RateLimitAnonymous: s.RateLimitAnonymous,
		RequireUserAgent:   !s.AnyUserAgent,
		QueryTokens:        s.QueryTokens,
		PasswordAuth:       s.PasswordAuth,
		AuthorizationsAPI:  s.AuthorizationsAPI,
		TrustedProxies:     prefixes(s.TrustedProxies),
		InstalledVersion:   s.EnterpriseVersion,
		Server:             s.about(),
		Description:        extensionDescription(),
		MetaHooks:          s.metaHooks(),
		GraphQL:            graph.New(k.decisions, graph.Options{URLs: urls, Log: k.log}).Answer,
		Log:                k.log,
		Observe:            observe,
	})
}
