package api

import (
	"log/slog"
	"net/http"
	"time"
)

func requestAttr(c *call) slog.Attr { return slog.String("request_id", c.id) }

func errorAttr(err error) slog.Attr { return slog.String("error", err.Error()) }

// logAccess writes one line a request. It names the route, never the path or the query as they came: people put secrets
// there.
func (a *API) logAccess(c *call, status, size int, took time.Duration) {
	route := ""
	if c.row != nil {
		route = or(c.row.title, c.row.pattern)
	}
	if a.options.Observe != nil {
		a.options.Observe(c.request.Method, route, status, took)
	}
	ctx := c.request.Context()
	if !a.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	repository := ""
	if c.Repo.ID != 0 {
		repository = c.Repo.FullName()
	}
	operation := slog.Attr{}
	if c.operation != "" {
		operation = slog.String("operation", c.operation)
	}
	a.log.LogAttrs(ctx, slog.LevelInfo, "request", requestAttr(c), operation,
		slog.String("method", methodName(c.request.Method)), slog.String("route", route), slog.Int("status", status),
		slog.String("repository", repository), slog.String("login", c.Actor.Account.Login),
		slog.String("address", c.address), slog.Int("bytes", size), slog.Duration("took", took))
}

// methodName keeps made-up methods out of the log.
func methodName(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// logFailure writes down what went wrong on our side, which the caller is not told.
func (a *API) logFailure(c *call, err error, status int) {
	level := slog.LevelError
	if status == http.StatusServiceUnavailable {
		level = slog.LevelWarn
	}
	route := ""
	if c.row != nil {
		route = or(c.row.title, c.row.pattern)
	}
	a.log.LogAttrs(c.request.Context(), level, "request failed", requestAttr(c), errorAttr(err),
		slog.String("method", methodName(c.request.Method)), slog.String("route", route), slog.Int("status", status))
}
