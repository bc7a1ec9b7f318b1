package wire

// Server is what GET /server of the extension API says: what runs here, and how much of everything it takes.
type Server struct {
	Version           string       `json:"version"`
	Database          string       `json:"database"` // sqlite or postgresql
	Era               string       `json:"era"`
	APIVersions       []string     `json:"api_versions"`       // of X-GitHub-Api-Version
	EnterpriseVersion string       `json:"enterprise_version"` // that clients of GitHub Enterprise are told
	Limits            ServerLimits `json:"limits"`
	Webhooks          ServerHooks  `json:"webhooks"`
}

// ServerLimits are how much a client may send and ask.
type ServerLimits struct {
	RequestBytes              int `json:"request_bytes"`
	PayloadBytes              int `json:"payload_bytes"` // of a deployment
	WebhookPayloadBytes       int `json:"webhook_payload_bytes"`
	PageSize                  int `json:"page_size"`
	HooksPerEvent             int `json:"hooks_per_event"`
	StatusesPerCommitContext  int `json:"statuses_per_commit_and_context"`
	StatusesPerDeployment     int `json:"statuses_per_deployment"`
	RequestsPerHour           int `json:"requests_per_hour"` // 0: no limit
	AnonymousRequestsPerHour  int `json:"anonymous_requests_per_hour"`
	IdempotencyKeysKeptForSec int `json:"idempotency_keys_kept_for_seconds"`
}

// ServerHooks is how webhooks are delivered.
type ServerHooks struct {
	TimeoutSeconds   int `json:"timeout_seconds"`
	RetryMinSeconds  int `json:"retry_min_seconds"`
	RetryMaxSeconds  int `json:"retry_max_seconds"`
	ParkAfterSeconds int `json:"park_after_seconds"`
}
