package main

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// connections keeps the server from running out of file descriptors: SQLite and git need theirs to answer at all, so idle
// connections may have only what is left. The one that has been idle longest gives way to a new one.
type connections struct {
	most int

	mu    sync.Mutex
	idle  *list.List // of net.Conn, longest idle first
	place map[net.Conn]*list.Element
	open  map[net.Conn]struct{}
}

// reserved descriptors: the database's, git's pipes, the log, the sockets.
const reserved = 44

func newConnections(descriptors int) *connections {
	return &connections{
		most:  min(max(descriptors-reserved, 8), 8192),
		idle:  list.New(),
		place: map[net.Conn]*list.Element{},
		open:  map[net.Conn]struct{}{},
	}
}

// watch is an http.Server's ConnState.
func (c *connections) watch(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.place[conn]; e != nil {
		c.idle.Remove(e)
		delete(c.place, conn)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.open[conn] = struct{}{}
		c.place[conn] = c.idle.PushBack(conn)
		c.makeRoom()
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	case http.StateActive:
	}
}

func (c *connections) makeRoom() {
	for len(c.open) > c.most && c.idle.Len() > 0 {
		longest := c.idle.Remove(c.idle.Front()).(net.Conn)
		delete(c.place, longest)
		delete(c.open, longest)
		_ = longest.Close() // the server hears of it when it reads
	}
}
