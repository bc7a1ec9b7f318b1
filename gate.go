package slipway

import (
	"slices"
	"strings"
)

// Gate says whether a commit may be deployed by its statuses and check runs (contract 3.7). statuses is the newest status of
// each context, runs the newest check run of each app and name; a run's context is its name, and of its conclusions only
// success passes: skipped and neutral block. required nil means every context that reported; empty means no gate; otherwise
// each named context must have reported success, wherever it did, and others do not matter. Names are compared by [Key], empty
// ones are ignored.
//
// The refusal is a Conflict that names ref as submitted and lists the contexts that exist: all of them, or those that were
// required. A required context that never reported is not in the list, so the list may be empty. In the eras before
// required_contexts existed it is the sentence of that day alone.
func Gate(ref string, required []string, statuses []CommitStatus, runs []CheckRun, era Era) error {
	considered, missing := contextStates(statuses, runs), false
	if required != nil {
		considered, missing = requiredOf(required, considered)
	}
	failing := slices.ContainsFunc(considered, func(s ContextState) bool { return s.State != StateSuccess })
	switch {
	case !failing && !missing:
		return nil
	case era <= E3:
		return Fail(Conflict, "No successful commit statuses for "+clip(ref)+".")
	default:
		return Fail(Conflict, "Conflict: Commit status checks failed for "+clip(ref)+".", Detail{
			Resource: "Deployment", Field: "required_contexts", Code: "invalid", Contexts: considered,
		})
	}
}

// requiredOf picks the contexts that are required, and says whether one of those has not reported.
func requiredOf(required []string, all []ContextState) (found []ContextState, missing bool) {
	reported := make(map[string]bool, len(required)) // by key of what is required: has it reported?
	for _, name := range required {
		if strings.TrimSpace(name) != "" {
			reported[Key(name)] = false
		}
	}
	found = []ContextState{}
	for _, s := range all {
		if _, ok := reported[Key(s.Context)]; ok {
			reported[Key(s.Context)] = true
			found = append(found, s)
		}
	}
	for _, ok := range reported {
		missing = missing || !ok
	}
	return found, missing
}

// contextStates is what has been said of a commit, by statuses first. It is never nil: a refusal prints its list also when it
// is empty.
func contextStates(statuses []CommitStatus, runs []CheckRun) []ContextState {
	states := make([]ContextState, 0, len(statuses)+len(runs))
	for _, s := range statuses {
		states = append(states, ContextState{Context: s.Context, State: s.State})
	}
	for _, r := range runs {
		states = append(states, ContextState{Context: r.Name, State: r.State()})
	}
	return states
}

// CombinedState is what the statuses of a commit come to, given the newest of each context (contract 5.3): failure if one
// failed or erred, else pending if there is none or one is pending, else success. Check runs never count here.
func CombinedState(latest []CommitStatus) string {
	state := StateSuccess
	if len(latest) == 0 {
		state = StatePending
	}
	for _, s := range latest {
		switch s.State {
		case StateSuccess:
		case StateFailure, StateError:
			return StateFailure
		default:
			state = StatePending
		}
	}
	return state
}
