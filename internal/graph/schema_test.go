package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerated: exec/ is what its inputs say.
func TestGenerated(t *testing.T) {
	names, err := filepath.Glob("schema/*.graphql") // sorted, as the shell does in the C locale
	if err != nil || len(names) < 5 {
		t.Fatalf("schema files %v, %v", names, err)
	}
	hash := sha256.New()
	for _, name := range append([]string{"gqlgen.yml"}, names...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		hash.Write(text)
	}
	kept, err := os.ReadFile("exec/inputs.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); !strings.HasPrefix(string(kept), sum) {
		t.Errorf("exec/ was made of other inputs (%.8s, now %.8s): make generate", kept, sum)
	}
}
