package githttp

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// recorder is a sink that remembers what reached it, and in what order.
type recorder struct{ all, notices bytes.Buffer }

func (r *recorder) data(p []byte) { r.all.Write(p) }

func (r *recorder) notice(p []byte) {
	r.all.Write(p)
	r.notices.Write(p)
}

// sifted is what a sieve makes of an answer that comes in parts of a size.
func sifted(answer string, size int) *recorder {
	var s sieve
	r := &recorder{}
	for part := range slices.Chunk([]byte(answer), size) {
		s.sift(slices.Clone(part), r)
	}
	return r
}

func band(n byte, text string) string { return fmt.Sprintf("%04x%c%s", len(text)+5, n, text) }

func line(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }

func TestSieve(t *testing.T) {
	const sha = "1f9d2a0f5f6ad5c1b2f7f7e1f8a3a0b1c2d3e4f5"
	for _, test := range []struct{ name, answer, want string }{
		{"version 2 fetch", line("acknowledgments\n") + line("ACK "+sha+"\n") + "0001" + line("packfile\n") + band(1, "PACK…") + "0000", ""},
		{"version 2 refs", line(sha+" refs/heads/main\n") + "0000" + "0002", ""},
		{"report", band(1, line("unpack ok\n")+line("ok refs/heads/main\n")+"0000") + "0000", ""},
		{"report without bands", line("unpack ok\n") + line("ng refs/heads/main failed to update ref\n") + "0000", ""},
		{"pack without bands", line("NAK\n") + "PACK\x00\x00\x00\x020000000abc", ""},
		{"empty packet", "0004" + "0000", ""},
		{"sign of life", band(1, "") + band(1, "x") + "0000", ""},
		{"cut off", "00", "none"}, // nothing that was not understood
		{
			"progress", band(2, "Counting objects:  50% (1/2)\rCounting objects: 100% (2/2)\rCounting objects: 100% (2/2), done.\n"),
			band(2, "Counting objects:  50% (1/2)\r") + band(2, "Counting objects: 100% (2/2)\r") + band(2, "Counting objects: 100% (2/2), done.\n"),
		},
		{"progress in pieces", band(2, "Resolving del") + band(1, "data") + band(2, "tas: 100% (3/3)\r"), band(1, "data") + band(2, "Resolving deltas: 100% (3/3)\r")},
		{"unpacking", band(2, "Unpacking objects: 100% (3/3), 220 bytes | 220.00 KiB/s, done.\n"), ""},
		{"total", band(2, "Total 3 (delta 0), reused 0 (delta 0), pack-reused 0\n"), ""},
		{"total, newer", band(2, "Total 3 (delta 0), reused 0 (delta 0), pack-reused 0 (from 0)\n"), ""},
		{"enumeration", band(2, "Enumerating objects: 5, done.\n"), ""},
		{"erased", band(2, "Counting objects: 5   \r"), ""},
		{"standard error", band(2, "error: object file /var/lib/slipway/repos/a/b.git/objects/1f is empty\n"), "none"},
		{"standard error without an end", band(2, "fatal: unable to create ./objects/incoming") + "0000", "0000"},
		{"standard error like progress", band(2, "Reading objects: 1 /var/lib\n"), "none"},
		{"standard error without lines", band(2, strings.Repeat("x", 9000)+"\nTotal 3 (delta 0), reused 0 (delta 0)\n"), band(2, "Total 3 (delta 0), reused 0 (delta 0)\n")},
		{"failure", band(3, "aborting due to possible repository corruption"), band(3, "The repository could not be read.\n")},
		{"nonsense", "zzzz and more", ""},
	} {
		want := test.want
		switch want {
		case "":
			want = test.answer
		case "none":
			want = ""
		}
		for _, size := range []int{1, 2, 3, 7, 1 << 20} {
			if got := sifted(test.answer, size).all.String(); got != want {
				t.Errorf("%s, in parts of %d: %q, want %q", test.name, size, got, want)
			}
		}
	}
}

func TestNoticesAreProgressAndSignsOfLife(t *testing.T) {
	progress, alive := band(2, "Counting objects: 5, done.\n"), band(1, "")
	got := sifted(progress+alive+band(1, "unpack ok")+"0000", 5).notices.String()
	if want := progress + alive; got != want {
		t.Errorf("notices %q, want %q", got, want)
	}
}

// FuzzSieve: whatever git says and however it arrives, what comes through is the same, no longer than what went in but for
// our own sentence, and no line of standard error is in it.
func FuzzSieve(f *testing.F) {
	f.Add([]byte(line("NAK\n")+band(2, "Counting objects: 1, done.\n")+band(1, "PACK")+"0000"), 3)
	f.Add([]byte("0005\x02"+"0006\x03x"+"ffff\x01"), 1)
	f.Add([]byte("0003"+"0001"+"00"), 2)
	f.Fuzz(func(t *testing.T, answer []byte, size int) {
		whole := sifted(string(answer), len(answer)+1)
		parts := sifted(string(answer), max(1, min(size, len(answer)+1)))
		if !bytes.Equal(whole.all.Bytes(), parts.all.Bytes()) || !bytes.Equal(whole.notices.Bytes(), parts.notices.Bytes()) {
			t.Fatalf("whole %q, in parts %q", whole.all.Bytes(), parts.all.Bytes())
		}
		const secret = "fatal: /secret/path"
		out := sifted(band(2, secret+"\n")+string(answer), 1<<20).all.String()
		if strings.Contains(out, secret) && !strings.Contains(string(answer), secret) {
			t.Fatalf("%q came through", out)
		}
	})
}
