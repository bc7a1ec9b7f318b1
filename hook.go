package slipway

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Hook is a repository webhook (contract 7.1).
type Hook struct {
	ID           int64
	RepositoryID int64
	Name         string // "web", or of a service that GitHub had until 2018, see Service
	Active       bool
	Events       []string          // names of contract 7.5, or "*" alone
	Config       map[string]string // url, content_type, insecure_ssl and whatever else was stored; never the secret
	Secret       string            // in the clear here, sealed in the store; empty: none
	Rotation     *Rotation         // nil: one secret, or none
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
	RequestHeader  map[string][]string // only where one delivery was asked for
	RequestBody    []byte              // the JSON payload, whatever the encoding sent
	ResponseHeader map[string][]string
	ResponseBody   []byte // at most 64 KiB
}

// HookRequest is what a client asks of POST and PATCH hooks. Members that were absent are nil.
type HookRequest struct {
	Name         *string
	Active       *bool
	Config       map[string]string // with secret, if it was sent; nil: absent. Values are already text
	ConfigKeys   map[string]string // single keys of it, as PATCH config sends them; nil: absent. Not beside Config
	Events       []string          // nil: absent
	AddEvents    []string
	RemoveEvents []string
	Services     bool // names of services are accepted, as until 2018
}

// Keys of a hook's config that mean something here. Others are stored and echoed.
const (
	ConfigURL         = "url"
	ConfigContentType = "content_type" // json or form
	ConfigInsecureSSL = "insecure_ssl" // "1": certificates are not checked
	ConfigSecret      = "secret"       // only in requests
	ConfigInactive    = "inactive"     // "1": inactive statuses are delivered too (contract 4.4)
	ConfigPayloadEra  = "payload_era"  // the bodies of an earlier day (contract 7.6), see ParsePayloadEra
)

// HiddenSecret is how a secret reads. Sent back, it keeps the secret as it is.
const HiddenSecret = "********"

// NewHook is the hook that a request of POST hooks changes (contract 7.2).
func NewHook(repositoryID int64) Hook {
	return Hook{
		RepositoryID: repositoryID, Name: "web", Active: true, Events: []string{"push"},
		LastResponse: HookResponse{Status: "unused"},
	}
}

// Apply is the hook as a request makes it: the old one for PATCH, [NewHook] for POST. A config replaces the whole old one
// (a secret that is not sent again is lost), events replace, then add_events and remove_events adjust. What the config
// does not say is filled in. The error is Invalid, with GitHub's sentences; h is not changed.
func (h Hook) Apply(r HookRequest) (Hook, error) {
	f := faults{resource: "Hook"}
	switch {
	case r.Name == nil || *r.Name == h.Name:
	case r.Services && h.ID == 0 && isServiceName(*r.Name):
		h.Name = *r.Name
	default:
		f.invalid("name")
	}
	if r.Active != nil {
		h.Active = *r.Active
	}
	if r.ConfigKeys != nil {
		r.Config = h.mergedConfig(r.ConfigKeys)
	}
	if r.Config != nil || h.Config == nil {
		h.applyConfig(r.Config, &f)
	}
	h.applyEvents(r, &f)
	return h, f.err()
}

func (h *Hook) applyConfig(config map[string]string, f *faults) {
	old := h.Secret
	h.Config = maps.Clone(config)
	if h.Config == nil {
		h.Config = map[string]string{}
	}
	h.Secret = h.Config[ConfigSecret]
	delete(h.Config, ConfigSecret)
	if h.Secret == HiddenSecret {
		h.Secret = old
	} else {
		h.Rotation = nil // what replaces a secret replaces both
	}
	if !checkConfigText(h.Config, h.Secret, f) || h.Service() {
		return
	}
	setDefault(h.Config, ConfigContentType, "form")
	setDefault(h.Config, ConfigInsecureSSL, "0")
	checkHookConfig(h.Config, f)
}

// Service reports whether a hook is one of GitHub's services, which were hooks with a name and a config of their own
// (contract 7.2). Such a hook is remembered and shown; there is nobody here whom it could tell.
func (h Hook) Service() bool { return h.Name != "" && h.Name != "web" }

// isServiceName reports whether a name could be a service's.
func isServiceName(name string) bool {
	return name != "" && len(name) <= MaxName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// SameService reports whether both are one service with one config, which is made only once.
func (h Hook) SameService(o Hook) bool {
	return h.Service() && h.Name == o.Name && h.Secret == o.Secret && maps.Equal(h.Config, o.Config)
}

// mergedConfig is the whole config after some of its keys were changed. The secret stays unless it is among them.
func (h Hook) mergedConfig(changed map[string]string) map[string]string {
	config := maps.Clone(h.Config)
	if config == nil {
		config = map[string]string{}
	}
	if h.Secret != "" {
		config[ConfigSecret] = HiddenSecret
	}
	maps.Copy(config, changed)
	return config
}

func setDefault(config map[string]string, key, value string) {
	if config[key] == "" {
		config[key] = value
	}
}

// checkConfigText reports whether a config can be stored.
func checkConfigText(config map[string]string, secret string, f *faults) bool {
	size := len(secret)
	for key, value := range config {
		size += len(key) + len(value)
		if !utf8.ValidString(key+value) || strings.ContainsRune(key+value, 0) {
			f.invalid("config")
			return false
		}
	}
	if size > MaxHookConfig {
		f.custom("config", tooLong("config", MaxHookConfig, "bytes"))
	}
	return size <= MaxHookConfig
}

func checkHookConfig(config map[string]string, f *faults) {
	switch address := config[ConfigURL]; {
	case address == "":
		f.custom("", "Config must contain URL for webhooks")
	case len(address) > MaxURL || !IsWebURL(address):
		f.custom("", "The URL you've entered is not valid. Please make sure that you encode all special characters first")
	}
	if t := config[ConfigContentType]; t != "json" && t != "form" {
		f.custom("", "Content type must be json or form")
	}
	switch strings.ToLower(config[ConfigInsecureSSL]) {
	case "0", "false":
		config[ConfigInsecureSSL] = "0"
	case "1", "true":
		config[ConfigInsecureSSL] = "1"
	default:
		f.custom("", "Insecure SSL must be 0 or 1")
	}
	if era, asked := config[ConfigPayloadEra]; asked {
		if _, ok := ParsePayloadEra(era); !ok {
			f.custom(ConfigPayloadEra, "payload_era must be one of E0 to E11, or a day or month such as 2014-10-22 or 2014-02")
		}
	}
}

func (h *Hook) applyEvents(r HookRequest, f *faults) {
	events := slices.Clone(h.Events)
	if len(r.Events) > 0 || r.Events != nil && h.ID != 0 { // a new hook without events gets the default
		events = slices.Clone(r.Events)
	}
	events = append(events, r.AddEvents...)
	for _, e := range slices.Concat(events, r.RemoveEvents) {
		if !KnownHookEvent(e) {
			f.invalid("events")
			return
		}
	}
	h.Events = normalEvents(events, r.RemoveEvents)
}

// normalEvents drops what was removed and what is there twice; "*" replaces the others.
func normalEvents(events, removed []string) []string {
	kept := []string{}
	for _, e := range events {
		if !slices.Contains(removed, e) && !slices.Contains(kept, e) {
			kept = append(kept, e)
		}
	}
	if slices.Contains(kept, "*") {
		return []string{"*"}
	}
	return kept
}

// Wants reports whether an active hook is told of an event, by the name of its X-GitHub-Event header.
func (h Hook) Wants(event string) bool { return h.Active && !h.Service() && h.listens(event) }

func (h Hook) listens(event string) bool {
	return slices.Contains(h.Events, event) || slices.Contains(h.Events, "*")
}

// CheckBeside says whether the hook can stand beside the repository's others (contract 7.2): no other may have the same
// config and an event in common, and at most a number of hooks may listen to one event. others may hold the hook itself.
// The error is Invalid.
func (h Hook) CheckBeside(others []Hook, mostPerEvent int) error {
	others = slices.DeleteFunc(slices.Clone(others), func(o Hook) bool { return h.ID != 0 && o.ID == h.ID })
	f := faults{resource: "Hook"}
	if slices.ContainsFunc(others, h.duplicates) {
		f.custom("", "Hook already exists on this repository")
		return f.err()
	}
	for _, event := range h.crowds(others) {
		listeners := 0
		for _, o := range others {
			if o.listens(event) {
				listeners++
			}
		}
		if listeners >= mostPerEvent {
			f.custom("", "The "+strconv.Quote(event)+" event cannot have more than "+strconv.Itoa(mostPerEvent)+" hooks")
			return f.err()
		}
	}
	return nil
}

// crowds lists the events that a hook may be one too many for: its own, and for one that hears everything those of others.
func (h Hook) crowds(others []Hook) []string {
	events := slices.Clone(h.Events)
	if slices.Contains(h.Events, "*") {
		for _, o := range others {
			events = append(events, o.Events...)
		}
	}
	return events
}

// duplicates reports whether both would send the same things to the same place. Secrets do not tell hooks apart: the
// receiver would hear everything twice and believe one of the two.
func (h Hook) duplicates(o Hook) bool {
	overlap := slices.ContainsFunc(h.Events, o.listens) || slices.ContainsFunc(o.Events, h.listens)
	return overlap && h.Name == o.Name && maps.Equal(h.Config, o.Config)
}

// KnownHookEvent reports whether hooks may subscribe to a name: every event GitHub's webhooks have, whether or not this
// server ever sends it (clients subscribe in bulk), and "*" for all.
func KnownHookEvent(name string) bool {
	_, ok := slices.BinarySearch(hookEvents, name)
	return ok
}
