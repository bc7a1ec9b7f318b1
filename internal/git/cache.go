package git

import (
	"container/list"
	"sync"
)

// cache remembers answers up to a total cost and forgets the least recently used first. One entry is always kept, whatever
// it costs.
type cache[K comparable, V any] struct {
	mu      sync.Mutex
	room    int
	entries map[K]*list.Element
	order   *list.List // of entry[K, V], most recently used first
}

type entry[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

func newCache[K comparable, V any](room int) *cache[K, V] {
	return &cache[K, V]{room: room, entries: make(map[K]*list.Element), order: list.New()}
}

func (c *cache[K, V]) get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*entry[K, V]).value, true
}

func (c *cache[K, V]) put(key K, value V, cost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(c.entries[key])
	c.entries[key] = c.order.PushFront(&entry[K, V]{key, value, cost})
	c.room -= cost
	for c.room < 0 && c.order.Len() > 1 {
		c.remove(c.order.Back())
	}
}

func (c *cache[K, V]) remove(e *list.Element) {
	if e == nil {
		return
	}
	old := c.order.Remove(e).(*entry[K, V])
	delete(c.entries, old.key)
	c.room += old.cost
}
