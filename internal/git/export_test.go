package git

// Healed is closed when what earlier servers left has been removed everywhere.
func (g *Repositories) Healed() <-chan struct{} { return g.upkeep.healed }

// Kept gives the repositories that upkeep is done with from now on. It must be read from.
func (g *Repositories) Kept() <-chan *repository {
	kept := make(chan *repository)
	g.upkeep.mu.Lock()
	defer g.upkeep.mu.Unlock()
	g.upkeep.done = kept
	return kept
}

// Readers says how many readers are alive, and how many of them have nothing to do.
func (g *Repositories) Readers() (live, idle int) {
	g.readers.mu.Lock()
	defer g.readers.mu.Unlock()
	return g.readers.live, len(g.readers.idle)
}

// KillReaders kills the readers that are idle, as the kernel does when memory is short.
func (g *Repositories) KillReaders() {
	g.readers.mu.Lock()
	defer g.readers.mu.Unlock()
	for _, r := range g.readers.idle {
		killGroup(r.cmd)
	}
}
