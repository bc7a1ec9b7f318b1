package slipway

import (
	"net/http"
	"time"
)

// Hook is a repository webhook (contract 7.1).
type Hook struct {
	ID           int64
	RepositoryID int64
	Name         string // "web"
	Active       bool
	Events       []string          // names of contract 7.5, or "*" alone
	Config       map[string]string // url, content_type, insecure_ssl and whatever else was stored; never the secret
	Secret       string            // in the clear here, sealed in the store; empty: none
	LastResponse HookResponse
	ParkedAt     *time.Time // nil: deliveries are tried
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// HookResponse is what the receiver last said.
type HookResponse struct {
	Code    *int // nil: nothing was sent yet
	Status  string
	Message *string
}

// Delivery is one attempt to deliver one event to one hook, as GET deliveries lists it (contract 7.3).
type Delivery struct {
	ID             int64 // of the attempt
	QueueID        int64 // of what was to be delivered; attempts of one share it
	HookID         int64
	RepositoryID   int64
	GUID           string
	Event          string // the X-GitHub-Event header
	Action         string // empty: none
	Redelivery     bool   // false for the first attempt only
	DeliveredAt    time.Time
	Duration       time.Duration
	Status         string // "OK", or what went wrong
	StatusCode     int    // the receiver's, or a 502/504-like number when there was no answer
	URL            string
	RequestHeader  http.Header // only where one delivery was asked for
	RequestBody    []byte      // the JSON payload, whatever the encoding sent
	ResponseHeader http.Header
	ResponseBody   []byte // at most 64 KiB
}

// HookRequest is what a client asks of POST and PATCH hooks. Members that were absent are nil.
type HookRequest struct {
	Name         *string
	Active       *bool
	Config       map[string]string // with secret, if it was sent; nil: absent. Values are already text
	Events       []string          // nil: absent
	AddEvents    []string
	RemoveEvents []string
}
