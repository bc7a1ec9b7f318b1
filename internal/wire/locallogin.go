package wire

import (
	"math"
	"time"

	"github.com/slipway-deploy/slipway"
)

// LocalPasswordRequest gives a person a password (POST passwords).
type LocalPasswordRequest struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// DecodeLocalPassword reads a LocalPasswordRequest.
func DecodeLocalPassword(body []byte) (LocalPasswordRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalPasswordRequest{}, err
	}
	in := LocalPasswordRequest{Login: m.text("login"), Password: m.text("password")}
	m.require("login", "password")
	return in, m.err()
}

// LocalSession is somebody signed in with a browser.
type LocalSession struct {
	ID         int64     `json:"id"`
	User       string    `json:"user"`
	Address    string    `json:"address"`
	Agent      string    `json:"user_agent"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
}

// FromLocalSession shows an account's session to the administrator.
func FromLocalSession(s slipway.Session, login string) LocalSession {
	return LocalSession{
		ID: s.ID, User: login, Address: s.Address, Agent: s.Agent,
		CreatedAt: wholeSecond(s.CreatedAt), LastUsedAt: wholeSecond(s.LastUsedAt),
	}
}

// LocalSessionRequest names the sessions of an account to end: one, or all of them (DELETE sessions).
type LocalSessionRequest struct {
	Login string `json:"login"`
	ID    int64  `json:"id,omitempty"`
	All   bool   `json:"all,omitempty"`
}

// DecodeLocalSession reads a LocalSessionRequest. Exactly one of id and all is there.
func DecodeLocalSession(body []byte) (LocalSessionRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalSessionRequest{}, err
	}
	in := LocalSessionRequest{Login: m.text("login"), All: m.flag("all", false)}
	if id := m.integer("id", 1, math.MaxInt64); id != nil {
		in.ID = *id
	}
	m.require("login")
	if in.All == (in.ID != 0) {
		m.complain(`Exactly one of "id" and "all" must be supplied.`)
	}
	return in, m.err()
}
