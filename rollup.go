package slipway

// RollupState is what everything said of a commit comes to: GraphQL's statusCheckRollup. latest is the newest status of each
// context, runs the newest check run of each app and name. One failure makes all a failure; else what is not over makes it
// pending; neutral and skipped runs pass here, though they block in the gate (contract 3.7), which asks for success.
func RollupState(latest []CommitStatus, runs []CheckRun) string {
	state := StateSuccess
	if len(latest) > 0 {
		state = CombinedState(latest)
	}
	for _, r := range runs {
		switch r.State() {
		case StatePending:
			if state == StateSuccess {
				state = StatePending
			}
		case StateSuccess, "neutral", "skipped":
		default:
			state = StateFailure
		}
	}
	return state
}
