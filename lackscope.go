package slipway

// LacksScope reports whether it is the scopes of the actor's token alone that keep it from what a row needs: with all scopes
// it would be let in. GraphQL says so (INSUFFICIENT_SCOPES) of fields of what the caller sees; REST answers NotFound.
func LacksScope(a Actor, n Need, r Repository, role Role) bool {
	if a.Anonymous() || Allowed(a, n, r, role) == nil {
		return false
	}
	a.Token.Scopes = AllScopes()
	return Allowed(a, n, r, role) == nil
}
