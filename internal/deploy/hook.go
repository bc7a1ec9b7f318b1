package deploy

import "github.com/slipway-deploy/slipway"

// Hooks remembers who wants to be told.
type Hooks interface {
	Hook(repositoryID, id int64) (slipway.Hook, error)
	ListHooks(repositoryID int64, p Page) ([]slipway.Hook, error) // oldest first
	CountHooks(repositoryID int64) (int, error)
	AllHooks(repositoryID int64) ([]slipway.Hook, error)
	InsertHook(h *slipway.Hook) error
	SetHook(h slipway.Hook, resume bool) error // resume: un-park and try the head of its queue at once
	RemoveHook(repositoryID, id int64) error   // with its deliveries
}

// Deliveries shows the attempts to deliver, and asks for another.
type Deliveries interface {
	// ListDeliveries is newest first: attempts with an id below before (0: from the newest).
	ListDeliveries(hookID int64, before int64, status string, limit int) ([]slipway.Delivery, error)
	Delivery(hookID, id int64) (slipway.Delivery, error) // with request and response
	// Redeliver makes the delivery that attempt id belongs to due at once, outside the order; its GUID and body stay.
	Redeliver(hookID, id int64) error
}
