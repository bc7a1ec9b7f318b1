package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeInstallationToken(t *testing.T) {
	for body, want := range map[string]InstallationTokenRequest{
		``:                          {},
		`{}`:                        {},
		` null `:                    {},
		`{"permissions":null}`:      {},
		`{"repositories":[],"x":1}`: {Repositories: []string{}},
		`{"repositories":["a","b"],"repository_ids":[3,1e1],"permissions":{"deployments":"write","issues":null}}`: {
			Repositories: []string{"a", "b"}, RepositoryIDs: []int64{3, 10}, Permissions: map[string]string{"deployments": "write"},
		},
	} {
		got, err := DecodeInstallationToken([]byte(body))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
	}
	for body, want := range map[string]string{
		`{"repositories":"a"}`:              `"a" is not an array.`,
		`{"repositories":[1]}`:              `1 is not a string.`,
		`{"repository_ids":["1"]}`:          `"1" is not a positive integer.`,
		`{"repository_ids":[0]}`:            `0 is not a positive integer.`,
		`{"repository_ids":[-1]}`:           `-1 is not a positive integer.`,
		`{"repository_ids":[1.5]}`:          `1.5 is not a positive integer.`,
		`{"repository_ids":[1e30]}`:         `1e30 is not a positive integer.`,
		`{"repository_ids":[null]}`:         `null is not a positive integer.`,
		`{"permissions":"all"}`:             `"all" is not an object.`,
		`{"permissions":{"contents":1}}`:    `For 'properties/permissions/properties/contents', 1 is not a string.`,
		`{"permissions":{"contents":[{}]}}`: `[{}] is not a string.`,
	} {
		if _, err := DecodeInstallationToken([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}
