package slipway

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
)

// Opaque node_ids of objects (contract 1.9). The forms are GitHub's, because some clients take them apart: most are base64
// of 0, the length of the type's name, a colon, the name and what identifies the object; newer types have a prefix and
// base64url of a msgpack array.

// NodeID is the node_id of an object that its own id identifies, for example ("Deployment", 289872210). Types: User,
// Organization, Bot, Repository, Deployment, DeploymentStatus, StatusContext, CheckRun, CheckSuite, GateBranchPolicy,
// Integration (an app), IntegrationInstallation.
func NodeID(typeName string, id int64) string { return nodeID(typeName, number(id)) }

// AccountNodeID is the node_id of an account; its type is the account's.
func AccountNodeID(a Account) string { return NodeID(string(a.Type), a.ID) }

// CommitNodeID is the node_id of a commit of a repository.
func CommitNodeID(repositoryID int64, sha SHA) string {
	return nodeID("Commit", number(repositoryID)+":"+string(sha))
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
