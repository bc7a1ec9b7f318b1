package hook

import "sync"

// lanes bound how many deliveries are under way, in a way that lets receivers that answer overtake those that do not.
//
// There are two lanes. Healthy hooks start in the quick one; whoever takes longer than a moment moves over to the slow one,
// so that any number of receivers that fell silent together hold the quick lane up for a moment only. Hooks whose last
// attempt failed start in the slow lane, and leave a part of it free for those that move over.
type lanes struct {
	mu      sync.Mutex
	quick   int // free places
	slow    int
	reserve int           // places of the slow lane that failing hooks may not start in
	freed   chan struct{} // holds a token after a place became free
}

func newLanes(quick, slow int) *lanes {
	return &lanes{quick: quick, slow: slow, reserve: slow / 4, freed: make(chan struct{}, 1)}
}

// room says how many hooks could start now.
func (l *lanes) room() Room {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Room{Healthy: l.quick, Failing: max(l.slow-l.reserve, 0)}
}

// enter takes a place. Only the claim loop enters, after it has seen that there is room.
func (l *lanes) enter(failing bool) *place {
	l.mu.Lock()
	defer l.mu.Unlock()
	if failing {
		l.slow--
	} else {
		l.quick--
	}
	return &place{lanes: l, slow: failing}
}

func (l *lanes) signal() {
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// place is what one hook holds of a lane while it is worked on.
type place struct {
	lanes *lanes
	slow  bool
	left  bool
}

// dawdle moves the place over to the slow lane, if there is one free.
func (p *place) dawdle() {
	p.lanes.mu.Lock()
	defer p.lanes.mu.Unlock()
	if p.left || p.slow || p.lanes.slow <= 0 {
		return
	}
	p.slow = true
	p.lanes.slow--
	p.lanes.quick++
	p.lanes.signal()
}

func (p *place) leave() {
	p.lanes.mu.Lock()
	defer p.lanes.mu.Unlock()
	if p.left {
		return
	}
	p.left = true
	if p.slow {
		p.lanes.slow++
	} else {
		p.lanes.quick++
	}
	p.lanes.signal()
}
