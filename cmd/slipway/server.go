package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/api"
	"github.com/slipway-deploy/slipway/internal/client"
	"github.com/slipway-deploy/slipway/internal/githttp"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/login"
)

// After SIGTERM requests under way may take finishWithin (promises, rule 7), and the process has ended within stopWithin
// whatever happens: all that was acknowledged is on disk, and what was not is taken up by the next start.
const (
	finishWithin = 8 * time.Second
	stopWithin   = 9500 * time.Millisecond
)

// server is a core with its edges: REST, Git over HTTP, the administrators' socket, deliveries, housekeeping.
type server struct {
	*core
	urls  slipway.URLs
	token string // the administrator's, on the first start only

	api      *api.API
	front    *front
	worker   *hook.Worker
	listener net.Listener
	socket   *socket      // nil: another node of this folder has it
	metrics  net.Listener // nil: on the listener, for loopback callers
	served   []served
}

// served is an HTTP server and what it listens on.
type served struct {
	*http.Server
	on net.Listener
}

// newServer does what a start does, in its order: take the folder, open the store, heal the repositories and record what
// a killed process left unrecorded, listen. Nothing is answered before run.
func newServer(ctx context.Context, s Settings, log *slog.Logger) (_ *server, err error) {
	k, err := openCore(ctx, s, log)
	if err != nil {
		return nil, err
	}
	v := &server{core: k}
	defer func() {
		if err != nil {
			_ = v.close()
		}
	}()
	if err := k.decisions.RecoverIntents(ctx); err != nil {
		return nil, fmt.Errorf("the repositories cannot be brought up to date: %w", err)
	}
	if err := v.listen(ctx); err != nil {
		return nil, err
	}
	v.assemble()
	// Last, so that a start which fails leaves no token that nobody has seen.
	if v.token, _, err = k.decisions.FirstStart(ctx); err != nil {
		return nil, fmt.Errorf("the administrator's account cannot be made: %w", err)
	}
	return v, nil
}

// listen takes the ports and the socket.
func (v *server) listen(ctx context.Context) (err error) {
	s := v.settings
	if v.listener, err = listenOn(ctx, s.Listen); err != nil {
		return err
	}
	v.urls = s.urls(net.JoinHostPort(hostPart(s.Listen), portPart(v.listener.Addr().String())))
	if s.TLSCert != "" {
		pair, err := loadCertificate(s.TLSCert, s.TLSKey, v.log)
		if err != nil {
			return err
		}
		v.listener = tls.NewListener(v.listener, pair.config())
	}
	if s.MetricsListen != "" {
		if v.metrics, err = listenOn(ctx, s.MetricsListen); err != nil {
			return err
		}
	}
	if s.DatabaseURL != "" {
		if _, err := client.Dial(ctx, v.folder.socketPath()); err == nil {
			return nil // another node of this folder; commands may as well talk to that one
		}
	}
	v.socket, err = v.folder.listenSocket()
	return err
}

func listenOn(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %s", address, socketReason(err))
	}
	return l, nil
}

func hostPart(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

func portPart(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// assemble puts the edges on the core, now that the address is known.
func (v *server) assemble() {
	m := newMetrics()
	v.api = v.core.api(v.urls, m.observe)
	v.worker = v.newWorker(m)
	m.registry.MustRegister(newUndelivered(v.db.Undelivered, v.log))
	v.wake = v.worker.Wake
	v.db.OnStamp(v.worker.Wake)
	v.front = &front{urls: v.urls, api: v.api, git: githttp.New(v.decisions, v.repos, githttp.Options{Log: v.log})}
	v.front.login = login.New(v.decisions, login.Options{
		URLs: v.urls, DocumentationURL: v.settings.DocumentationURL, Address: v.api.ClientAddress, Log: v.log, Observe: m.observe,
	})
	if v.metrics == nil {
		v.front.metrics = m.handler()
	} else {
		v.served = append(v.served, served{api.NewServer(m.handler(), v.log), v.metrics})
	}
	main := api.NewServer(v.front, v.log)
	main.ConnState = newConnections(descriptors()).watch
	v.served = append(v.served, served{main, v.listener})
	if v.socket != nil {
		v.served = append(v.served, served{api.NewServer(v.api.Local(), v.log), v.socket})
	}
}

// run answers until ctx ends, then stops in good order: not ready, finish what is under way, end the deliveries (they are
// sent again, under their GUIDs), close the database. It returns once everything has ended.
func (v *server) run(ctx context.Context, ready func()) error {
	group, failed := errgroup.WithContext(context.WithoutCancel(ctx))
	background, stopBackground := context.WithCancel(failed)
	for _, s := range v.served {
		group.Go(func() error {
			if err := s.Serve(s.on); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("listening on %s ended: %w", s.on.Addr(), err)
			}
			return nil
		})
	}
	group.Go(func() error { return unlessCanceled(v.worker.Run(background)) })
	group.Go(func() error { return unlessCanceled(v.decisions.RunHousekeeping(background)) })
	group.Go(func() error { return unlessCanceled(v.api.KeepQuotas(background)) })
	v.api.SetReady(true)
	v.log.Info("ready", "url", v.urls.Web, "version", versionText(), "data", v.folder.path, "postgres", v.settings.DatabaseURL != "")
	ready()

	code := 0
	select {
	case <-ctx.Done():
		v.log.Info("stopping")
	case <-failed.Done(): // one of the loops has ended with an error; the others follow
		code = 1
	}
	late := time.AfterFunc(stopWithin, func() {
		v.log.Error("not stopped in time; the next start takes up what is under way")
		os.Exit(code)
	})
	defer late.Stop()
	v.stopServing()
	stopBackground()
	return errors.Join(group.Wait(), v.close())
}

// stopServing takes no new work and waits for what is under way, but no longer than a supervisor would.
func (v *server) stopServing() {
	v.api.SetReady(false)
	v.front.stopping.Store(true)
	for _, s := range v.served {
		s.SetKeepAlivesEnabled(false) // closes the idle connections
	}
	end := time.Now().Add(finishWithin)
	v.front.drained(finishWithin)
	ctx, cancel := context.WithDeadline(context.Background(), end.Add(250*time.Millisecond))
	defer cancel()
	for _, s := range v.served {
		if s.Shutdown(ctx) != nil {
			_ = s.Close()
		}
	}
}

func unlessCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// close gives everything back. What serve runs on has been closed by then, unless the start failed half way.
func (v *server) close() error {
	for _, l := range []net.Listener{v.listener, v.metrics} {
		if l != nil {
			_ = l.Close()
		}
	}
	if v.socket != nil {
		v.socket.remove()
	}
	return v.core.close()
}
