package store

import (
	"strings"
	"testing"
)

// TestRemovedRepositoriesLeaveNothing: whatever table refers to repositories, or to what is in them, is emptied when one is
// removed: else its row could never go.
func TestRemovedRepositoriesLeaveNothing(t *testing.T) {
	d := openTestSQLite(t, Config{})
	removed := map[string]bool{"queues": true} // goes with its hook
	for name, text := range statements(t) {
		if _, table, ok := strings.Cut(text, "DELETE FROM "); ok && (strings.HasSuffix(name, "Of") || name == "deleteHook" || name == "deleteFolderMove" || name == "deleteRemovedRepository") {
			removed[strings.Fields(table)[0]] = true
		}
	}
	known := map[string]bool{"repositories": true}
	for more := true; more; {
		more = false
		for key, to := range describe(t, d, `SELECT m.name, f."from", f."table" || ' ' || f.on_delete FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`) {
			table, _, _ := strings.Cut(key, ".")
			parent, cascade, _ := strings.Cut(to, " ")
			if !known[parent] || known[table] {
				continue
			}
			known[table], more = true, true
			if !removed[table] && cascade != "CASCADE" {
				t.Errorf("%s refers to %s and is not emptied: see RemoveRemains", table, parent)
			}
		}
	}
	if len(known) < 12 {
		t.Errorf("only %d tables were looked at: %v", len(known), known)
	}
}
