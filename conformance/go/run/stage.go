package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// people are the accounts of every stage, and what they may do with acme/web.
var people = []struct{ login, role string }{{"boss", "admin"}, {"writer", "write"}, {"reader", "read"}}

// scopes are those of the tokens: all that anything here needs.
const scopes = "repo,admin:repo_hook,read:org,admin:org,user,delete_repo,workflow"

// stage makes the people, a repository with a history, an organization and a team, and returns the variables that tell a suite
// of them.
func (s *server) stage() ([]string, error) {
	env := []string{
		"SLIPWAY_URL=" + s.url, "SLIPWAY_API=" + s.url + "/api/v3", "SLIPWAY_OWNER=acme", "SLIPWAY_REPO=web",
		"SLIPWAY_HOOKS=" + s.relayURL, "SLIPWAY_ADMIN_TOKEN=" + s.token, "SLIPWAY_CERT=" + s.cert,
	}
	if err := s.commands([][]string{{"repo", "create", "acme/web", "--private", "--description", "A website"}}); err != nil {
		return nil, err
	}
	for _, p := range people {
		token, err := s.person(p.login, p.role)
		if err != nil {
			return nil, err
		}
		env = append(env, "SLIPWAY_"+strings.ToUpper(p.login)+"_TOKEN="+token)
		if p.login == "boss" {
			env = append(env, "SLIPWAY_TOKEN="+token)
			if err := s.push(token); err != nil {
				return nil, err
			}
		}
	}
	err := s.commands([][]string{
		{"org", "add-member", "acme", "boss", "--admin"},
		{"org", "add-member", "acme", "writer"},
		{"team", "create", "acme/core"},
		{"team", "add-member", "acme/core", "writer"},
		{"team", "add-repo", "acme/core", "acme/web", "--role", "write"},
	})
	if err != nil {
		return nil, err
	}
	apps, err := s.apps()
	return append(env, apps...), err
}

// apps makes a GitHub App that is installed on acme/web, an OAuth app, and a password with which boss can let it in.
func (s *server) apps() ([]string, error) {
	if _, err := s.runWith(password+"\n", "user", "set-password", "boss"); err != nil {
		return nil, err
	}
	robot, err := s.app("--name", "Robot", "--repos", "acme/web", "--permissions",
		"deployments=write,statuses=write,checks=write,contents=read,metadata=read,actions=read")
	if err != nil {
		return nil, err
	}
	portal, err := s.app("--name", "Portal", "--oauth", "--callback", "http://127.0.0.1/callback", "--device-flow")
	if err != nil {
		return nil, err
	}
	if len(robot.Installations) != 1 {
		return nil, fmt.Errorf("the app has %d installations", len(robot.Installations))
	}
	return []string{
		fmt.Sprintf("SLIPWAY_APP_ID=%d", robot.ID), fmt.Sprintf("SLIPWAY_INSTALLATION_ID=%d", robot.Installations[0].ID),
		"SLIPWAY_APP_KEY=" + robot.PrivateKeyPath, "SLIPWAY_PASSWORD=" + password,
		"SLIPWAY_CLIENT_ID=" + portal.ClientID, "SLIPWAY_CLIENT_SECRET=" + portal.ClientSecret,
	}, nil
}

// password is boss's.
const password = "correct horse battery staple"

// made is what app create prints.
type made struct {
	ID             int64  `json:"id"`
	ClientID       string `json:"client_id"`
	ClientSecret   string `json:"client_secret"`
	PrivateKeyPath string `json:"private_key_path"`
	Installations  []struct {
		ID int64 `json:"id"`
	} `json:"installations"`
}

func (s *server) app(args ...string) (made, error) {
	text, err := s.run(append([]string{"app", "create", "--owner", "acme", "--json"}, args...)...)
	if err != nil {
		return made{}, err
	}
	var m made
	return m, json.Unmarshal([]byte(text), &m)
}

// person makes an account that works on acme/web, and gives a token of it.
func (s *server) person(login, role string) (string, error) {
	err := s.commands([][]string{
		{"user", "create", login, "--name", strings.ToUpper(login[:1]) + login[1:], "--email", login + "@example.com"},
		{"repo", "add-collaborator", "acme/web", login, "--role", role},
	})
	if err != nil {
		return "", err
	}
	return s.run("token", "create", "--user", login, "--scopes", scopes)
}

func (s *server) commands(list [][]string) error {
	for _, args := range list {
		if _, err := s.run(args...); err != nil {
			return err
		}
	}
	return nil
}

// push makes the history in a working copy and pushes it over HTTP.
//
//	main     two commits
//	ready    holds main, one ahead, with a README and a folder docs
//	topic    one ahead, one behind: auto-merge is clean
//	clash    one ahead, one behind: auto-merge conflicts
//	topic-1 … topic-3, feature/x   the same as topic
//	v1.0     an annotated tag of main
func (s *server) push(token string) error {
	dir := filepath.Join(s.dir, "work")
	remote := strings.Replace(s.url, "://", "://x-access-token:"+token+"@", 1) + "/acme/web.git"
	write := func(name, text string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644) }
	steps := []func() error{
		func() error { return os.MkdirAll(dir, 0o755) },
		func() error { return s.git(dir, "init", "-q", "-b", "main") },
		func() error { return write("file", "one\n") },
		func() error { return s.commit(dir, "first") },
		func() error { return s.git(dir, "checkout", "-q", "-b", "topic") },
		func() error { return write("other", "three\n") },
		func() error { return s.commit(dir, "topic") },
		func() error { return s.git(dir, "checkout", "-q", "-b", "clash", "main") },
		func() error { return write("file", "clash\n") },
		func() error { return s.commit(dir, "clash") },
		func() error { return s.git(dir, "checkout", "-q", "main") },
		func() error { return write("file", "two\n") },
		func() error { return s.commit(dir, "second") },
		func() error { return s.git(dir, "checkout", "-q", "-b", "ready") },
		func() error { return os.MkdirAll(filepath.Join(dir, "docs"), 0o755) },
		func() error { return write("README.md", "# Web\n") },
		func() error { return write("docs/README.md", "# How\n") },
		func() error { return write("docs/guide.md", "four\n") },
		func() error { return s.commit(dir, "ready") },
		func() error { return s.git(dir, "tag", "-a", "-m", "1.0", "v1.0", "main") },
		func() error { return s.branches(dir, "topic-1", "topic-2", "topic-3", "feature/x") },
		func() error {
			return s.git(dir, "push", "-q", remote, "main", "ready", "topic", "clash", "topic-1", "topic-2", "topic-3", "feature/x", "v1.0")
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) branches(dir string, names ...string) error {
	for _, name := range names {
		if err := s.git(dir, "branch", name, "topic"); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) commit(dir, message string) error {
	if err := s.git(dir, "add", "-A"); err != nil {
		return err
	}
	return s.git(dir, "commit", "-q", "-m", message)
}

func (s *server) git(dir string, args ...string) error {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Boss", "GIT_AUTHOR_EMAIL=boss@example.com", "GIT_COMMITTER_NAME=Boss", "GIT_COMMITTER_EMAIL=boss@example.com")
	if s.cert != "" {
		cmd.Env = append(cmd.Env, "GIT_SSL_CAINFO="+s.cert)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return nil
}
