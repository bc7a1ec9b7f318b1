package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"
)

// receiver is what a deployer would run: it gets the webhooks and checks their signatures.
type receiver struct {
	url    string
	secret string
	server *http.Server
	events chan delivered
}

// delivered is a webhook as it arrived.
type delivered struct {
	event    string
	guid     string
	verified bool // X-Hub-Signature-256 is the HMAC of the body under our secret
	body     struct {
		Deployment struct {
			ID          int64  `json:"id"`
			Ref         string `json:"ref"`
			SHA         string `json:"sha"`
			Environment string `json:"environment"`
			StatusesURL string `json:"statuses_url"`
		} `json:"deployment"`
		Status struct {
			State string `json:"state"`
		} `json:"deployment_status"`
		Repository struct {
			FullName string `json:"full_name"`
		} `json:"repository"`
	}
}

// newReceiver listens on a free loopback port.
func newReceiver(ctx context.Context) (*receiver, error) {
	l, err := listenOn(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 12)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + l.Addr().String() + "/hook", secret: hex.EncodeToString(secret), events: make(chan delivered, 256)}
	r.server = &http.Server{Handler: http.HandlerFunc(r.receive), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { _ = r.server.Serve(l) }() // ends with close
	return r, nil
}

func (r *receiver) close() { _ = r.server.Close() }

func (r *receiver) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 25<<20))
	if err != nil {
		return
	}
	d := delivered{event: req.Header.Get("X-GitHub-Event"), guid: req.Header.Get("X-GitHub-Delivery")}
	d.verified = r.verify(body, req.Header.Get("X-Hub-Signature-256"))
	if !d.verified || json.Unmarshal(body, &d.body) != nil {
		w.WriteHeader(http.StatusForbidden)
	}
	select {
	case r.events <- d:
	case <-req.Context().Done():
	}
}

// verify is all there is to checking a webhook: the HMAC of the bytes as they came, compared in constant time.
func (r *receiver) verify(body []byte, signature string) bool {
	mac := hmac.New(sha256.New, []byte(r.secret))
	mac.Write(body)
	return hmac.Equal([]byte(signature), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
}
