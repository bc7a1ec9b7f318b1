package slipway

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// Opaque node_ids of objects (contract 1.9). The forms are GitHub's, because some clients take them apart: most are base64
// of 0, the length of the type's name, a colon, the name and what identifies the object; newer types have a prefix and
// base64url of a msgpack array.

// NodeID is the node_id of an object that its own id identifies, for example ("Deployment", 289872210). Types: User,
// Organization, Bot, Repository, Deployment, DeploymentStatus, StatusContext, CheckRun, CheckSuite, GateBranchPolicy, App,
// IntegrationInstallation.
func NodeID(typeName string, id int64) string { return nodeID(typeName, number(id)) }

// AccountNodeID is the node_id of an account; its type is the account's.
func AccountNodeID(a Account) string { return NodeID(string(a.Type), a.ID) }

// CommitNodeID is the node_id of a commit of a repository.
func CommitNodeID(repositoryID int64, sha SHA) string {
	return nodeID("Commit", number(repositoryID)+":"+string(sha))
}

// RefNodeID is the node_id of a ref of a repository; the name is the full one, refs/heads/main.
func RefNodeID(repositoryID int64, name string) string {
	return nodeID("Ref", number(repositoryID)+":"+name)
}

// ObjectNodeID is the node_id of a tree, blob or annotated tag of a repository; typeName is Tree, Blob or Tag. What is said of
// a commit has GraphQL types of its own, Status and StatusCheckRollup, and the same form.
func ObjectNodeID(typeName string, repositoryID int64, sha SHA) string {
	return nodeID(typeName, number(repositoryID)+":"+string(sha))
}

// EnvironmentNodeID is the node_id of an environment.
func EnvironmentNodeID(repositoryID, id int64) string { return packedNodeID("EN_", repositoryID, id) }

// GateNodeID is the node_id of one protection rule of an environment.
func GateNodeID(repositoryID, ruleID int64) string { return packedNodeID("GA_", repositoryID, ruleID) }

func nodeID(typeName, object string) string {
	return base64.StdEncoding.EncodeToString([]byte("0" + strconv.Itoa(len(typeName)) + ":" + typeName + object))
}

// packedNodeID packs the array [0, repository id, id].
func packedNodeID(prefix string, repositoryID, id int64) string {
	return prefix + base64.RawURLEncoding.EncodeToString(packInt(packInt([]byte{0x93, 0x00}, repositoryID), id))
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

// Node is what a node_id names. Which of the members are set is the type's: Commit, Tag, Tree, Blob, Status and
// StatusCheckRollup have RepositoryID and SHA, Ref has RepositoryID and Ref, Environment and DeploymentProtectionRule have
// RepositoryID and ID, all others have ID alone.
type Node struct {
	Type         string
	RepositoryID int64
	ID           int64
	SHA          SHA
	Ref          string // refs/heads/main
}

// maxNodeID bounds what is looked at: the longest id is that of the longest ref.
const maxNodeID = 2 * maxRefName

// packedTypes are the types whose ids are packed, by prefix.
var packedTypes = map[string]string{"EN_": "Environment", "GA_": "DeploymentProtectionRule"}

// ParseNodeID reads every form of node_id that an answer prints, and nothing else: ok is false for text that is no id, and
// for another spelling of one. Whether the object exists, and who may see it, is the caller's to ask.
func ParseNodeID(id string) (n Node, ok bool) {
	if len(id) > maxNodeID {
		return Node{}, false
	}
	if len(id) > 3 && packedTypes[id[:3]] != "" {
		n, ok = unpackNodeID(id)
	} else {
		n, ok = readNodeID(id)
	}
	if !ok || n.String() != id {
		return Node{}, false
	}
	return n, true
}

// String is the node's id, in the one form that answers print.
func (n Node) String() string {
	switch n.Type {
	case "Environment":
		return EnvironmentNodeID(n.RepositoryID, n.ID)
	case "DeploymentProtectionRule":
		return GateNodeID(n.RepositoryID, n.ID)
	case "Commit", "Tag", "Tree", "Blob", "Status", "StatusCheckRollup":
		return ObjectNodeID(n.Type, n.RepositoryID, n.SHA)
	case "Ref":
		return RefNodeID(n.RepositoryID, n.Ref)
	default:
		return NodeID(n.Type, n.ID)
	}
}

// readNodeID takes 0{length}:{type}{object} apart. The type's length says where the object begins: types have digits in
// their names as little as objects have letters, but the form does not promise that.
func readNodeID(id string) (Node, bool) {
	text, err := base64.StdEncoding.DecodeString(id)
	if err != nil {
		return Node{}, false
	}
	length, rest, ok := strings.Cut(string(text), ":")
	size, err := strconv.Atoi(length)
	if !ok || err != nil || size <= 0 || size >= len(rest) {
		return Node{}, false
	}
	n := Node{Type: rest[:size]}
	object := rest[size:]
	switch n.Type {
	case "Environment", "DeploymentProtectionRule": // these are packed
		return Node{}, false
	case "Commit", "Tag", "Tree", "Blob", "Status", "StatusCheckRollup", "Ref":
		repository, name, _ := strings.Cut(object, ":")
		if n.RepositoryID, ok = positive(repository); !ok {
			return Node{}, false
		}
		if n.Type == "Ref" {
			n.Ref = name
			return n, CheckRefName(name) == nil
		}
		n.SHA, ok = ParseSHA(name)
		return n, ok
	}
	n.ID, ok = positive(object)
	return n, ok
}

// unpackNodeID takes the array [0, repository id, id] apart.
func unpackNodeID(id string) (Node, bool) {
	b, err := base64.RawURLEncoding.DecodeString(id[3:])
	if err != nil || len(b) < 4 || b[0] != 0x93 || b[1] != 0 {
		return Node{}, false
	}
	n := Node{Type: packedTypes[id[:3]]}
	b = b[2:]
	var first, second bool
	n.RepositoryID, b, first = unpackInt(b)
	n.ID, b, second = unpackInt(b)
	return n, first && second && len(b) == 0
}

// unpackInt reads a number that packInt wrote, and gives what follows it.
func unpackInt(b []byte) (n int64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	if b[0] <= math.MaxInt8 {
		return int64(b[0]), b[1:], true
	}
	size := map[byte]int{0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8}[b[0]]
	if size == 0 || len(b) < 1+size {
		return 0, nil, false
	}
	var u uint64
	for _, digit := range b[1 : 1+size] {
		u = u<<8 | uint64(digit)
	}
	return int64(u), b[1+size:], u <= math.MaxInt64
}

// positive reads an id: digits alone, greater than zero.
func positive(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n > 0 && s[0] != '+'
}
