package git

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
)

// foundCommit is a commit that was found once. Whether an object is a commit never changes, but disks and people make objects
// disappear. The commit still counts while the file that it was found in is what it was: no process need be asked.
type foundCommit struct {
	commit slipway.SHA // what the object leads to; itself, but for tags
	trace  trace
}

// trace is where an object was found: in a file of its own, or else in one of the packs.
type trace struct {
	own   fileID // zero: it has none
	packs uint64 // which generation of them
}

// fileID tells a file from others of its name. Times are no part of it: git sets them anew when it would write the same again.
type fileID struct {
	size  int64
	inode int64
}

func fileIDOf(path string) (id fileID) {
	if info, err := os.Stat(path); err == nil {
		id = fileID{size: info.Size(), inode: identity(info)[0]}
	}
	return id
}

// traceOf looks where an object is. It must be called before a reader is asked about it.
func (repo *repository) traceOf(sha slipway.SHA) trace {
	return trace{own: fileIDOf(repo.objectFile(sha)), packs: repo.packs.look(repo.path("objects", "pack"))}
}

// holds reports whether an object is where it was found, as far as can be seen from outside.
func (repo *repository) holds(sha slipway.SHA, t trace) bool {
	if t.own.size > 0 {
		return fileIDOf(repo.objectFile(sha)) == t.own
	}
	return repo.packs.look(repo.path("objects", "pack")) == t.packs
}

func (repo *repository) objectFile(sha slipway.SHA) string {
	return repo.dir() + "/objects/" + string(sha[:2]) + "/" + string(sha[2:])
}

// packs watches the packs of a repository. Packs that come hurt nobody; where one has gone, or is another now, a new
// generation begins: what was found in the old one must be looked for again, by a reader that does not have the old files
// open.
type packs struct {
	mu         sync.Mutex
	generation uint64
	folder     stamp
	files      map[string]fileID
	looked     time.Time
}

// lookAgain is how long a pack that changes in its place may go unnoticed. One that comes or goes is noticed at once.
const lookAgain = time.Second

// look gives the generation of the packs as they are now: one stat, and once in a while one for each of them.
func (p *packs) look(dir string) uint64 {
	var now stamp
	if info, err := os.Stat(dir); err == nil {
		now = stampOf(info)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now == p.folder && time.Since(p.looked) < lookAgain {
		return p.generation
	}
	files := packFiles(dir)
	for name, before := range p.files {
		if files[name] != before {
			p.generation++
			break
		}
	}
	p.files, p.looked, p.folder = files, time.Now(), now
	if time.Since(now.time).Abs() < tick { // it may change again without looking changed
		p.folder = stamp{}
	}
	return p.generation
}

// packFiles are the packs and their indexes.
func packFiles(dir string) map[string]fileID {
	entries, _ := os.ReadDir(dir) // a folder that cannot be read has no packs
	files := make(map[string]fileID, len(entries))
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, "pack-") && (strings.HasSuffix(name, ".pack") || strings.HasSuffix(name, ".idx")) {
			files[name] = fileIDOf(filepath.Join(dir, name))
		}
	}
	return files
}
