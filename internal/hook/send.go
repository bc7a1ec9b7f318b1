package hook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"
)

const (
	keptOfAnswer = 64 << 10
	readOfAnswer = 16 << 20

	// idlePerHost is what the quick lane holds: many hooks lead to one receiver, and each is to find its connection again.
	idlePerHost = 32
)

// Identity is how deliveries present the server.
type Identity struct {
	UserAgent         string // receivers check that it begins with GitHub-Hookshot/
	EnterpriseHost    string // X-GitHub-Enterprise-Host; empty: not sent
	EnterpriseVersion string // X-GitHub-Enterprise-Version; empty: not sent
}

// DefaultUserAgent is what GitHub's looks like.
const DefaultUserAgent = "GitHub-Hookshot/5117a1b"

// sender makes single attempts. All it sends leaves through the guard's dialer; it follows no redirect and no proxy.
type sender struct {
	identity Identity
	timeout  time.Duration // for the whole exchange
	now      func() time.Time
	checked  *http.Client // certificates are checked
	trusting *http.Client // for hooks with insecure_ssl
}

func newSender(g *Guard, identity Identity, timeout time.Duration, now func() time.Time) *sender {
	client := func(insecure bool) *http.Client {
		return &http.Client{
			Transport: &http.Transport{
				Proxy:                  nil, // a proxy would dial for us, past the guard
				DialContext:            g.dialer(),
				TLSClientConfig:        &tls.Config{InsecureSkipVerify: insecure}, // the hook's owner asked for it
				TLSHandshakeTimeout:    timeout,
				DisableCompression:     true,
				MaxIdleConns:           256,
				MaxIdleConnsPerHost:    idlePerHost,
				IdleConnTimeout:        60 * time.Second,
				MaxResponseHeaderBytes: keptOfAnswer,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &sender{identity: identity, timeout: timeout, now: now, checked: client(false), trusting: client(true)}
}

func (s *sender) close() {
	s.checked.CloseIdleConnections()
	s.trusting.CloseIdleConnections()
}

// errLocal says that an attempt could not be made for want of something on this machine, so that it says nothing about the
// receiver.
var errLocal = errors.New("no resources to send with")

// send makes one attempt. An error means that there was none to record: the context ended, or this machine is out of
// descriptors.
func (s *sender) send(ctx context.Context, j Job) (Attempt, error) {
	a := Attempt{At: s.now(), URL: j.Hook.Config["url"]}
	body := encode(j)
	a.RequestHeader = s.header(j, a.At, body)
	within, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	began := time.Now()
	err := s.exchange(within, j, body, &a)
	a.Duration = time.Since(began)
	switch {
	case err == nil:
		return a, nil
	case ctx.Err() != nil:
		return Attempt{}, ctx.Err()
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.EADDRNOTAVAIL):
		return Attempt{}, errLocal
	}
	a.Answered = false
	a.StatusCode, a.Status = explain(err)
	return a, nil
}

// exchange posts the body and reads the answer into a.
func (s *sender) exchange(ctx context.Context, j Job, body []byte, a *Attempt) error {
	t, err := parseTarget(a.URL)
	if err != nil {
		return err
	}
	req := (&http.Request{
		Method: http.MethodPost, URL: t.URL, Host: t.URL.Host, Header: a.RequestHeader.Clone(), ContentLength: int64(len(body)),
		Body:    io.NopCloser(bytes.NewReader(body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}).WithContext(ctx)
	// A key without a value is not sent. It tells the transport that the request may be repeated, so that a connection the
	// receiver closed while it was idle is no failed attempt; receivers know repetitions by the GUID.
	req.Header["X-Idempotency-Key"] = nil
	client := s.checked
	if j.Hook.Config["insecure_ssl"] == "1" {
		client = s.trusting
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	a.StatusCode, a.ResponseHeader = resp.StatusCode, resp.Header
	a.ResponseBody, err = io.ReadAll(io.LimitReader(resp.Body, keptOfAnswer))
	if err == nil {
		_, err = io.CopyN(io.Discard, resp.Body, readOfAnswer-keptOfAnswer)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	a.Answered, a.Status = true, "OK"
	if !a.OK() {
		a.Status = "Invalid HTTP Response: " + strconv.Itoa(a.StatusCode)
	}
	return nil
}

// header makes the headers of contract 7.4, in GitHub's spelling.
func (s *sender) header(j Job, at time.Time, body []byte) http.Header {
	h := http.Header{
		"Accept":                                 {"*/*"},
		"Content-Type":                           {contentType(j)},
		"User-Agent":                             {s.identity.UserAgent},
		"X-GitHub-Delivery":                      {j.GUID},
		"X-GitHub-Event":                         {j.Event},
		"X-GitHub-Hook-ID":                       {strconv.FormatInt(j.Hook.ID, 10)},
		"X-GitHub-Hook-Installation-Target-ID":   {strconv.FormatInt(j.RepositoryID, 10)},
		"X-GitHub-Hook-Installation-Target-Type": {"repository"},
	}
	if s.identity.EnterpriseHost != "" {
		h["X-GitHub-Enterprise-Host"] = []string{s.identity.EnterpriseHost}
	}
	if s.identity.EnterpriseVersion != "" {
		h["X-GitHub-Enterprise-Version"] = []string{s.identity.EnterpriseVersion}
	}
	sign(h, j.Hook, j.GUID, at, body)
	return h
}

func isJSON(j Job) bool { return j.Hook.Config["content_type"] == "json" }

func contentType(j Job) string {
	if isJSON(j) {
		return "application/json"
	}
	return "application/x-www-form-urlencoded"
}

// encode makes the bytes that are sent and signed: the JSON itself, or a form with it as payload.
func encode(j Job) []byte {
	if isJSON(j) {
		return j.Body
	}
	return append([]byte("payload="), url.QueryEscape(string(j.Body))...)
}

// explain says what went wrong where no answer came: a code like a gateway's and words for the hook's owner.
func explain(err error) (code int, status string) {
	var refusal errAddress
	var timeout net.Error
	var op *net.OpError
	var unknown *net.DNSError
	switch {
	case errors.Is(err, errURL):
		return 502, "URL is not valid"
	case errors.As(err, &refusal):
		return 502, refusal.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return 504, "timed out"
	case errors.As(err, &unknown):
		return 502, "couldn't resolve host name"
	case isTLS(err):
		return 502, "peer certificate cannot be authenticated with known CA certificates"
	case errors.As(err, &op) && op.Op == "dial":
		return 502, "failed to connect to host"
	}
	return 502, "failure when receiving data from the peer"
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var host x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &host)
}
