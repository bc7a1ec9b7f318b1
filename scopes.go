package slipway

// Scopes are the classic OAuth scopes of a token, normalised: sorted, aliases replaced, implied ones dropped.
type Scopes []string
