package githttp

import (
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// The services of the protocol, without the "git-" that they have in addresses.
const (
	uploadPack  = "upload-pack"
	receivePack = "receive-pack"
)

// target is what a request is about.
type target struct {
	owner, name string
	service     string // uploadPack or receivePack
	advertise   bool   // the refs are asked for, before the exchange itself
}

// targetOf reads the address and the method. What is no smart HTTP is Forbidden alike for all repositories, whether they
// exist or not.
func targetOf(r *http.Request) (t target, err error) {
	owner, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	name, service, _ := strings.Cut(rest, "/")
	t = target{owner: owner, name: strings.TrimSuffix(name, ".git")}
	method := http.MethodPost
	if service == "info/refs" {
		method, t.advertise, service = http.MethodGet, true, r.URL.Query().Get("service")
	}
	switch service {
	case "git-" + uploadPack:
		t.service = uploadPack
	case "git-" + receivePack:
		t.service = receivePack
	default:
		return target{}, slipway.Fail(slipway.Forbidden, "Only Git's smart HTTP protocol is served here. Please update Git.")
	}
	if r.Method != method {
		return target{}, &wrongMethod{allow: method}
	}
	if t.owner == "" || t.name == "" {
		return target{}, errNoRepository()
	}
	return t, nil
}

// push reports whether the service writes.
func (t target) push() bool { return t.service == receivePack }

// need is the row of the table of who may do what (contract 9.1).
func (t target) need() slipway.Need {
	if t.push() {
		return slipway.ToWriteCode
	}
	return slipway.ToReadRepository
}

// mediaType is what the protocol calls the service's advertisement, request or result.
func (t target) mediaType(what string) string { return "application/x-git-" + t.service + "-" + what }
