package hook

import (
	"testing"

	"pgregory.net/rapid"
)

// TestLanes plays entering, dawdling and leaving at random: no place is lost or made, and silent receivers cannot hold the
// quick lane while there is a slow place left.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quick, slow := rapid.IntRange(1, 8).Draw(t, "quick"), rapid.IntRange(1, 16).Draw(t, "slow")
		l := newLanes(quick, slow)
		var places []*place
		t.Repeat(map[string]func(*rapid.T){
			"healthy": func(t *rapid.T) {
				if l.room().Healthy == 0 {
					t.Skip("full")
				}
				places = append(places, l.enter(false))
			},
			"failing": func(t *rapid.T) {
				if l.room().Failing == 0 {
					t.Skip("full")
				}
				places = append(places, l.enter(true))
			},
			"dawdle": func(t *rapid.T) {
				if len(places) > 0 {
					rapid.SampledFrom(places).Draw(t, "place").dawdle()
				}
			},
			"leave": func(t *rapid.T) {
				if len(places) > 0 {
					rapid.SampledFrom(places).Draw(t, "place").leave()
				}
			},
			"": func(t *rapid.T) {
				inQuick, inSlow := 0, 0
				for _, p := range places {
					switch {
					case p.left:
					case p.slow:
						inSlow++
					default:
						inQuick++
					}
				}
				if l.quick != quick-inQuick || l.slow != slow-inSlow || l.quick < 0 || l.slow < 0 {
					t.Fatalf("%d of %d quick and %d of %d slow places are free; %d and %d are held", l.quick, quick, l.slow, slow, inQuick, inSlow)
				}
			},
		})
	})
}

func TestFailingHooksLeaveRoom(t *testing.T) {
	l := newLanes(2, 8)
	for l.room().Failing > 0 {
		l.enter(true)
	}
	if l.slow != 2 {
		t.Errorf("%d slow places are left for those that turn out to be silent", l.slow)
	}
	for range 2 {
		l.enter(false).dawdle()
	}
	if l.room().Healthy != 2 {
		t.Errorf("room %+v", l.room())
	}
	p := l.enter(false)
	p.dawdle()
	if p.slow {
		t.Error("there was no slow place left")
	}
}
