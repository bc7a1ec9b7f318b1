package client

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Hook is a repository's webhook.
type Hook struct {
	ID           int64             `json:"id"`
	Active       bool              `json:"active"`
	Events       []string          `json:"events"`
	Config       map[string]string `json:"config"` // its secret reads ********
	LastResponse struct {
		Code    *int    `json:"code"`
		Status  *string `json:"status"`
		Message *string `json:"message"`
	} `json:"last_response"`
}

// HookChange is what makes or changes a hook. What is nil stays as it is.
type HookChange struct {
	Active       *bool             `json:"active,omitempty"`
	Events       []string          `json:"events,omitempty"`
	AddEvents    []string          `json:"add_events,omitempty"`
	RemoveEvents []string          `json:"remove_events,omitempty"`
	Config       map[string]string `json:"config,omitempty"` // the whole of it
}

// Delivery is one attempt to deliver.
type Delivery struct {
	ID          int64     `json:"id"`
	GUID        string    `json:"guid"`
	DeliveredAt time.Time `json:"delivered_at"`
	Redelivery  bool      `json:"redelivery"`
	Duration    float64   `json:"duration"`
	Status      string    `json:"status"`
	StatusCode  int       `json:"status_code"`
	Event       string    `json:"event"`
	Action      *string   `json:"action"`
	URL         string    `json:"url"`
	Request     struct {
		Headers map[string]string `json:"headers"`
	} `json:"request"`
	Response struct {
		Headers map[string]string `json:"headers"`
		Payload string            `json:"payload"`
	} `json:"response"`
}

// HookHealth is how delivering to a hook goes.
type HookHealth struct {
	State          string         `json:"state"`
	ParkedAt       *time.Time     `json:"parked_at"`
	Waiting        int            `json:"waiting"`
	Failing        int            `json:"failing"`
	OldestEventAt  *time.Time     `json:"oldest_event_at"`
	NextAttemptAt  *time.Time     `json:"next_attempt_at"`
	LastSuccess    *Delivery      `json:"last_success"`
	LastFailure    *Delivery      `json:"last_failure"`
	SecretRotation SecretRotation `json:"secret_rotation"`
}

// SecretRotation says whether a hook has two live secrets.
type SecretRotation struct {
	Rotating bool       `json:"rotating"`
	Since    *time.Time `json:"since"`
}

// Redelivery asks for many deliveries once more.
type Redelivery struct {
	Since *time.Time `json:"since,omitempty"`
	Only  string     `json:"only,omitempty"` // failed or all
}

// Queued is how many deliveries will be attempted.
type Queued struct {
	Queued int `json:"queued"`
}

// hooks is the address of a repository's hooks, and hook that of one.
func (s *API) hooks(repository string) string { return s.github + "/repos/" + repository + "/hooks" }

func (s *API) hook(repository string, id int64) string {
	return s.hooks(repository) + "/" + strconv.FormatInt(id, 10)
}

// ownHook is the address of what GitHub has no word for.
func (s *API) ownHook(repository string, id int64, what string) string {
	return s.extension + "/repos/" + repository + "/hooks/" + strconv.FormatInt(id, 10) + "/" + what
}

// Hooks lists a repository's hooks, oldest first. A repository is OWNER/NAME, here and below.
func (s *API) Hooks(ctx context.Context, repository string) (Answer[[]Hook], error) {
	return all[Hook](ctx, s, s.hooks(repository)+"?per_page=100", 0)
}

// Hook reads one.
func (s *API) Hook(ctx context.Context, repository string, id int64) (Answer[Hook], error) {
	return ask[Hook](ctx, s, http.MethodGet, s.hook(repository, id), nil)
}

// CreateHook makes one.
func (s *API) CreateHook(ctx context.Context, repository string, in HookChange) (Answer[Hook], error) {
	return ask[Hook](ctx, s, http.MethodPost, s.hooks(repository), in)
}

// EditHook changes one.
func (s *API) EditHook(ctx context.Context, repository string, id int64, in HookChange) (Answer[Hook], error) {
	return ask[Hook](ctx, s, http.MethodPatch, s.hook(repository, id), in)
}

// DeleteHook removes one, and what waits to be delivered to it.
func (s *API) DeleteHook(ctx context.Context, repository string, id int64) error {
	_, err := ask[struct{}](ctx, s, http.MethodDelete, s.hook(repository, id), nil)
	return err
}

// PingHook sends one a ping.
func (s *API) PingHook(ctx context.Context, repository string, id int64) error {
	_, err := ask[struct{}](ctx, s, http.MethodPost, s.hook(repository, id)+"/pings", nil)
	return err
}

// TestHook sends one the latest push again, if it listens to pushes.
func (s *API) TestHook(ctx context.Context, repository string, id int64) error {
	_, err := ask[struct{}](ctx, s, http.MethodPost, s.hook(repository, id)+"/tests", nil)
	return err
}

// Deliveries lists the attempts to deliver to a hook, newest first: at most most (0: all), of a status (success, failure;
// empty: both).
func (s *API) Deliveries(ctx context.Context, repository string, id int64, status string, most int) (Answer[[]Delivery], error) {
	size := 100
	if most > 0 {
		size = min(size, most)
	}
	address := s.hook(repository, id) + "/deliveries?per_page=" + strconv.Itoa(size)
	if status != "" {
		address += "&status=" + status
	}
	return all[Delivery](ctx, s, address, most)
}

// Delivery is one attempt with what was sent and what came back.
func (s *API) Delivery(ctx context.Context, repository string, id, delivery int64) (Answer[Delivery], error) {
	return ask[Delivery](ctx, s, http.MethodGet, s.hook(repository, id)+"/deliveries/"+strconv.FormatInt(delivery, 10), nil)
}

// Redeliver sends what an attempt sent once more.
func (s *API) Redeliver(ctx context.Context, repository string, id, delivery int64) error {
	_, err := ask[struct{}](ctx, s, http.MethodPost, s.hook(repository, id)+"/deliveries/"+strconv.FormatInt(delivery, 10)+"/attempts", nil)
	return err
}

// RedeliverMany sends what a hook was told once more.
func (s *API) RedeliverMany(ctx context.Context, repository string, id int64, in Redelivery) (Answer[Queued], error) {
	return ask[Queued](ctx, s, http.MethodPost, s.ownHook(repository, id, "redeliver"), in)
}

// ResumeHook has a parked hook tried again at once.
func (s *API) ResumeHook(ctx context.Context, repository string, id int64) (Answer[HookHealth], error) {
	return ask[HookHealth](ctx, s, http.MethodPost, s.ownHook(repository, id, "resume"), nil)
}

// HookHealth says how delivering to a hook goes.
func (s *API) HookHealth(ctx context.Context, repository string, id int64) (Answer[HookHealth], error) {
	return ask[HookHealth](ctx, s, http.MethodGet, s.ownHook(repository, id, "health"), nil)
}

// RotateSecret gives a hook a second live secret, until FinishRotation.
func (s *API) RotateSecret(ctx context.Context, repository string, id int64, secret string) (Answer[SecretRotation], error) {
	in := struct {
		Secret string `json:"secret"`
	}{secret}
	return ask[SecretRotation](ctx, s, http.MethodPost, s.ownHook(repository, id, "secret-rotation"), in)
}

// FinishRotation makes a hook's next secret the only one.
func (s *API) FinishRotation(ctx context.Context, repository string, id int64) (Answer[SecretRotation], error) {
	return ask[SecretRotation](ctx, s, http.MethodDelete, s.ownHook(repository, id, "secret-rotation"), nil)
}

// SecretRotation says whether a hook has two live secrets.
func (s *API) SecretRotation(ctx context.Context, repository string, id int64) (Answer[SecretRotation], error) {
	return ask[SecretRotation](ctx, s, http.MethodGet, s.ownHook(repository, id, "secret-rotation"), nil)
}
