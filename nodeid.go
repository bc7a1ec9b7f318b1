package slipway

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// Node is what an opaque node_id stands for (contract 1.9). The forms are GitHub's, because some clients take them apart.
type Node struct {
	Type         string // Deployment, User, Commit, Environment, …
	RepositoryID int64  // of commits, refs, environments and gates
	ID           int64  // 0 for commits and refs
	Object       string // a commit's SHA or a ref's full name; empty for everything that has an id
}

// The types whose ids name their repository too.
const (
	nodeCommit      = "Commit"
	nodeRef         = "Ref"
	nodeEnvironment = "Environment"
	nodeGate        = "Gate"
)

// packed are the types that have the newer form: a prefix and base64url of a msgpack array.
var packed = map[string]string{nodeEnvironment: "EN_", nodeGate: "GA_"}

// NodeID is the node_id of an object that its own id identifies, for example ("Deployment", 289872210). Types: User,
// Organization, Bot, Repository, Deployment, DeploymentStatus, StatusContext, CheckRun.
func NodeID(typeName string, id int64) string { return Node{Type: typeName, ID: id}.String() }

// AccountNodeID is the node_id of an account; its type is the account's.
func AccountNodeID(a Account) string { return NodeID(string(a.Type), a.ID) }

// CommitNodeID is the node_id of a commit of a repository.
func CommitNodeID(repositoryID int64, sha SHA) string {
	return Node{Type: nodeCommit, RepositoryID: repositoryID, Object: string(sha)}.String()
}

// RefNodeID is the node_id of a ref of a repository, by its full name.
func RefNodeID(repositoryID int64, full string) string {
	return Node{Type: nodeRef, RepositoryID: repositoryID, Object: full}.String()
}

// EnvironmentNodeID is the node_id of an environment.
func EnvironmentNodeID(repositoryID, id int64) string {
	return Node{Type: nodeEnvironment, RepositoryID: repositoryID, ID: id}.String()
}

// GateNodeID is the node_id of one protection rule of an environment.
func GateNodeID(repositoryID, ruleID int64) string {
	return Node{Type: nodeGate, RepositoryID: repositoryID, ID: ruleID}.String()
}

// String is the node_id.
func (n Node) String() string {
	if prefix, ok := packed[n.Type]; ok {
		return prefix + base64.RawURLEncoding.EncodeToString(n.pack())
	}
	id := strconv.FormatInt(n.ID, 10)
	if n.Object != "" {
		id = strconv.FormatInt(n.RepositoryID, 10) + ":" + n.Object
	}
	return base64.StdEncoding.EncodeToString([]byte("0" + strconv.Itoa(len(n.Type)) + ":" + n.Type + id))
}

// ParseNodeID takes a node_id apart. Only what [Node.String] writes is read: one object has one id.
func ParseNodeID(s string) (Node, bool) {
	for typeName, prefix := range packed {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			n, ok := unpack(typeName, rest)
			return n, ok && n.String() == s
		}
	}
	n, ok := parseOldNodeID(s)
	return n, ok && n.String() == s
}

// parseOldNodeID reads base64 of 0, the length of the type's name, a colon, the name and what identifies the object.
func parseOldNodeID(s string) (Node, bool) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return Node{}, false
	}
	length, rest, ok := strings.Cut(string(raw), ":")
	size, err := strconv.Atoi(length)
	if !ok || err != nil || size < 1 || size >= len(rest) {
		return Node{}, false
	}
	n := Node{Type: rest[:size]}
	id, object, hasObject := strings.Cut(rest[size:], ":")
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil || hasObject != (n.Type == nodeCommit || n.Type == nodeRef) {
		return Node{}, false
	}
	if hasObject {
		n.RepositoryID, n.Object = number, object
	} else {
		n.ID = number
	}
	return n, true
}

// pack writes the msgpack array [0, repository id, id].
func (n Node) pack() []byte {
	return packInt(packInt([]byte{0x93, 0x00}, n.RepositoryID), n.ID)
}

// unpack reads what pack writes.
func unpack(typeName, s string) (Node, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return Node{}, false
	}
	raw, ok := bytes.CutPrefix(raw, []byte{0x93, 0x00})
	if !ok {
		return Node{}, false
	}
	n := Node{Type: typeName}
	n.RepositoryID, raw, ok = unpackInt(raw)
	if !ok {
		return Node{}, false
	}
	n.ID, raw, ok = unpackInt(raw)
	return n, ok && len(raw) == 0
}

// packInt appends the shortest msgpack form of a number that is not negative.
func packInt(b []byte, n int64) []byte {
	switch {
	case n <= math.MaxInt8:
		return append(b, byte(n))
	case n <= math.MaxUint8:
		return append(b, 0xcc, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, 0xcd), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, 0xce), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, 0xcf), uint64(n))
	}
}

// unpackInt reads a number and gives back what follows it.
func unpackInt(b []byte) (int64, []byte, bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	if b[0] <= math.MaxInt8 {
		return int64(b[0]), b[1:], true
	}
	size, ok := map[byte]int{0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8}[b[0]]
	if !ok || len(b) < 1+size {
		return 0, nil, false
	}
	var n uint64
	for _, digit := range b[1 : 1+size] {
		n = n<<8 | uint64(digit)
	}
	return int64(n), b[1+size:], n <= math.MaxInt64
}
