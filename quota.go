package slipway

import "time"

// Quota is how a caller stands: what the X-RateLimit headers, GET /rate_limit and GraphQL's rateLimit say.
type Quota struct {
	Limit, Remaining, Used int
	Reset                  time.Time // when the count begins anew
}
