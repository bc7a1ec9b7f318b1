package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// API is a client of a running server's public API, for people and machines elsewhere: GitHub's part and our extension of it.
//
//	s, err := client.NewAPI("https://slipway.example", token)
//	hooks, err := s.Hooks(ctx, "acme/web")
//
// It sends the token to that server only: another host, or the same without TLS, never sees it, wherever a redirect leads.
type API struct {
	github    string // …/api/v3
	extension string // …/api/slipway/v1
	token     string
	http      *http.Client
}

// apiPatience is for one request, redirects included.
const apiPatience = time.Minute

// NewAPI makes a client of the server at a web address (https://slipway.example) or at that of its API
// (https://slipway.example/api/v3, https://api.slipway.example). The error says what is wrong with the address.
func NewAPI(address, token string) (*API, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("the server's address must be like https://slipway.example")
	}
	base := u.Scheme + "://" + u.Host
	s := &API{github: base + "/api/v3", extension: base + "/api/slipway/v1", token: token}
	switch {
	case strings.HasPrefix(u.Host, "api.") && u.Path == "":
		s.github, s.extension = base, base+"/slipway/v1"
	case u.Path != "" && u.Path != "/api/v3" && u.Path != "/api/slipway/v1":
		return nil, errors.New("the server's address must be like https://slipway.example, without a path")
	}
	s.http = &http.Client{Timeout: apiPatience, CheckRedirect: stayThere}
	return s, nil
}

// Host is the server's host, and its port where one was said.
func (s *API) Host() string {
	_, rest, _ := strings.Cut(s.github, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// stayThere follows redirects, of a renamed repository say, on the same host only.
func stayThere(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Scheme != first.Scheme || req.URL.Host != first.Host || len(via) > 5 {
		return errors.New("the server redirects elsewhere: check its address")
	}
	return nil
}

// Answer is what a server said, read and as it said it.
type Answer[T any] struct {
	Value T
	Raw   json.RawMessage // empty where there was no body
	next  string          // the query of the list's next page; empty: there is none
}

// ask sends one request to an address and decodes the answer into a T. in is sent as JSON unless it is nil.
func ask[T any](ctx context.Context, s *API, method, address string, in any) (out Answer[T], err error) {
	body, err := bodyOf(in)
	if err != nil {
		return out, err
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return out, fmt.Errorf("client: %w", err)
	}
	req.Header.Set("User-Agent", "slipway")
	req.Header.Set("Accept", "application/vnd.github+json")
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := s.http.Do(req)
	if err != nil {
		return out, fmt.Errorf("%s does not answer: %w", req.URL.Host, plain(err))
	}
	defer res.Body.Close()
	if out.Raw, err = io.ReadAll(io.LimitReader(res.Body, largestAnswer)); err != nil {
		return out, fmt.Errorf("%s broke off: %w", req.URL.Host, err)
	}
	if res.StatusCode >= 300 {
		return out, refusal(res.StatusCode, out.Raw)
	}
	if len(out.Raw) == 0 {
		return out, nil
	}
	if err := json.Unmarshal(out.Raw, &out.Value); err != nil {
		return out, fmt.Errorf("%s answered something else than expected: %w", req.URL.Host, err)
	}
	out.next = nextLink(res.Header.Get("Link"))
	return out, nil
}

// all reads a list page by page, at most most items (0: all of it).
func all[T any](ctx context.Context, s *API, address string, most int) (out Answer[[]T], err error) {
	var raws []json.RawMessage
	for address != "" && (most == 0 || len(out.Value) < most) {
		page, err := ask[[]json.RawMessage](ctx, s, http.MethodGet, address, nil)
		if err != nil {
			return out, err
		}
		for _, raw := range page.Value {
			var item T
			if err := json.Unmarshal(raw, &item); err != nil {
				return out, fmt.Errorf("the server answered something else than expected: %w", err)
			}
			out.Value, raws = append(out.Value, item), append(raws, raw)
		}
		path, _, _ := strings.Cut(address, "?")
		address = ""
		if page.next != "" { // under the address that was given: the server may know itself by another
			address = path + "?" + page.next
		}
	}
	if most > 0 && len(out.Value) > most {
		out.Value, raws = out.Value[:most], raws[:most]
	}
	if raws == nil {
		raws = []json.RawMessage{}
	}
	out.Raw, err = json.Marshal(raws)
	return out, err
}

// nextLink is the query of rel="next" in a Link header.
func nextLink(header string) string {
	for link := range strings.SplitSeq(header, ",") {
		address, rel, _ := strings.Cut(strings.TrimSpace(link), ";")
		if strings.TrimSpace(rel) == `rel="next"` {
			_, query, _ := strings.Cut(strings.Trim(address, "<>"), "?")
			return query
		}
	}
	return ""
}
