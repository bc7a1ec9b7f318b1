package git

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

const (
	shaA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	shaB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestParsePacked(t *testing.T) {
	p, err := parsePacked([]byte("# pack-refs with: peeled fully-peeled sorted \n" +
		shaB + " refs/tags/v1\n^" + shaA + "\n" + shaA + " refs/heads/main\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]slipway.SHA{"refs/heads/main": shaA, "refs/tags/v1": shaB, "refs/heads/mai": "", "refs/heads/main2": "", "": ""} {
		if got, ok := p.find(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
	for _, bad := range []string{
		shaA, shaA + "\n", shaA + " \n", shaA + " refs/heads/main", "hello\n", shaA[:39] + " refs/heads/main\n",
		strings.ToUpper(shaA) + " refs/heads/main\n", "^" + shaA, "^" + shaA[:39] + "\n", "\n", shaA + "\trefs/heads/main\n",
	} {
		if _, err := parsePacked([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzParsePacked(f *testing.F) {
	f.Add([]byte("# pack-refs with: peeled fully-peeled sorted \n" + shaB + " refs/tags/v1\n^" + shaA + "\n" + shaA + " refs/heads/main\n"))
	f.Add([]byte(shaA + " b\n" + shaB + " a\n" + shaA + " a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parsePacked(data)
		if err != nil {
			return
		}
		for i := range p.lines {
			name := string(p.name(i))
			if i > 0 && string(p.name(i-1)) > name {
				t.Fatalf("%q after %q", name, p.name(i-1))
			}
			sha, ok := p.find(name)
			if !ok || !bytes.Contains(data, []byte(string(sha)+" "+name+"\n")) {
				t.Fatalf("%q is %q, %v", name, sha, ok)
			}
		}
	})
}

func TestParseLoose(t *testing.T) {
	for in, want := range map[string]string{
		shaA: shaA, shaA + "\n": shaA, shaA + " rest\n": shaA, strings.ToUpper(shaA) + "\r\n": shaA,
		"ref: refs/heads/x\n": "ref: refs/heads/x", "ref:refs/heads/x": "ref: refs/heads/x", "ref: \n": "ref: ",
		"": "", "hello": "", shaA[:39]: "", shaA + "0": "", "ref refs/heads/x": "", strings.Repeat("\x00", 40): "",
	} {
		if got, err := parseLoose([]byte(in)); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestParseAnswer(t *testing.T) {
	if o, err := parseAnswer(shaA + " commit 231"); err != nil || o.sha != shaA || o.kind != "commit" || o.size != 231 {
		t.Errorf("%+v, %v", o, err)
	}
	for line, want := range map[string]error{"x missing": errMissing, "abc1234 ambiguous": errAmbiguous} {
		if _, err := parseAnswer(line); err != want { //nolint:errorlint // it is that very one
			t.Errorf("%q: %v", line, err)
		}
	}
	for _, line := range []string{"", "x", shaA + " commit", shaA + " commit x", shaA + " commit -1", "x commit 1", shaA + " commit 1 2"} {
		if _, err := parseAnswer(line); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}

func TestParseCommit(t *testing.T) {
	text := "tree " + shaA + "\nparent " + shaB + "\nparent " + shaA + "\nauthor A \xdc Thor <a@example.com> 1700000000 -0330\n" +
		"committer C <c@example.com> 99999999999999 +9999\ngpgsig -----BEGIN\n \n line\n -----END\nencoding ISO-8859-1\nmergetag object x\n tree y\n\n" +
		"\xdcber\n\nbody\n\n"
	c, err := parseCommit(shaB, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := slipway.Commit{
		SHA: shaB, Tree: shaA, Parents: []slipway.SHA{shaB, shaA}, Message: "Über\n\nbody", Signed: "-----BEGIN\n\nline\n-----END",
		Author:    slipway.Signature{Name: "A Ü Thor", Email: "a@example.com", When: time.Unix(1700000000, 0)},
		Committer: slipway.Signature{Name: "C", Email: "c@example.com", When: time.Unix(0, 0)},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.Author.When.Format(time.RFC3339); got != "2023-11-14T18:43:20-03:30" {
		t.Errorf("the author's time is %s", got)
	}
	for _, bad := range []string{"", "author x\n\nmessage", "tree x\n\n", "tree " + shaA + "\nparent x\n\n"} {
		if _, err := parseCommit(shaA, []byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestParseSignature(t *testing.T) {
	for in, want := range map[string]slipway.Signature{
		"A B <a@b> 1 +0000":       {Name: "A B", Email: "a@b", When: time.Unix(1, 0)},
		"<a@b> 1 +0000":           {Email: "a@b", When: time.Unix(1, 0)},
		"A <<a>@b> 1 +0000":       {Name: "A", Email: "<a>@b", When: time.Unix(1, 0)},
		"A <a@b>":                 {Name: "A", Email: "a@b", When: time.Unix(0, 0)},
		"A <a@b> -5 +0000":        {Name: "A", Email: "a@b", When: time.Unix(0, 0)},
		"A <a@b> x":               {Name: "A", Email: "a@b", When: time.Unix(0, 0)},
		"A <a@b> 1 +25000":        {Name: "A", Email: "a@b", When: time.Unix(1, 0)},
		"nobody at all":           {Name: "nobody at all", When: time.Unix(0, 0)},
		"> <":                     {Name: "> <", When: time.Unix(0, 0)},
		"":                        {When: time.Unix(0, 0)},
		"A <a@b> 253402300799 +0": {Name: "A", Email: "a@b", When: time.Unix(0, 0)},
	} {
		if diff := cmp.Diff(want, parseSignature(in)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte("tree " + shaA + "\nparent " + shaB + "\nauthor A <a@b> 1 +0100\ncommitter C <c@d> 2 -1400\ngpgsig x\n y\nencoding latin1\n\n\xdc\n"))
	f.Add([]byte("tree " + shaA + "\n \n\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCommit(shaA, data)
		if err != nil {
			return
		}
		for _, text := range []string{c.Message, c.Author.Name, c.Author.Email, c.Committer.Name, c.Committer.Email, c.Signed} {
			if !utf8.ValidString(text) {
				t.Fatalf("%q is no text", text)
			}
		}
		if _, err := json.Marshal([]time.Time{c.Author.When, c.Committer.When}); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzWrittenCommitReadsBack: whatever names, addresses and messages people have, the commit we write is the one we read.
func FuzzWrittenCommitReadsBack(f *testing.F) {
	f.Add("Mona Lisa", "mona@example.com", "message\n\nbody", int64(1700000000))
	f.Add("a\n<b>\x00", "> <\ncommitter x", "\x00\n\n", int64(0))
	f.Fuzz(func(t *testing.T, name, email, message string, seconds int64) {
		at := time.Unix(max(0, min(seconds, latest/2)), 0)
		who := slipway.Signature{Name: name, Email: email}
		c := newCommit{tree: shaA, parents: []slipway.SHA{shaB, shaA}, author: who, committer: who, at: at, message: message}
		got, err := parseCommit(shaB, []byte(c.text()))
		if err != nil {
			t.Fatal(err)
		}
		if got.Tree != shaA || !slices.Equal(got.Parents, c.parents) || !got.Author.When.Equal(at) || got.Author != got.Committer {
			t.Fatalf("%+v", got)
		}
		if got.Author.Name == "" || strings.ContainsAny(got.Author.Name+got.Author.Email, "<>\n\x00") {
			t.Fatalf("%+v", got.Author)
		}
		if want := strings.TrimRight(strings.ReplaceAll(message, "\x00", ""), "\n"); utf8.ValidString(want) && got.Message != want {
			t.Fatalf("%q reads back as %q", message, got.Message)
		}
	})
}

func FuzzParseDiff(f *testing.F) {
	f.Add(":100644 100644 " + shaA + " " + shaB + " M\ta\n1\t1\ta\n\ndiff --git a/a b/a\nindex a..b 100644\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n")
	f.Add(":100644 120000 " + shaA + " " + shaB + " T\t\"a\\303\\274\"\n:100644 100644 " + shaA + " " + shaB + " R100\ta\tb\n-\t-\ta\n")
	f.Fuzz(func(t *testing.T, text string) {
		files := parseDiff(text)
		if files == nil || len(files) > mostFiles {
			t.Fatalf("%d files", len(files))
		}
		for _, file := range files {
			if !utf8.ValidString(file.Path) || file.Status == "" || len(file.Patch) > mostPatch {
				t.Fatalf("%+v", file)
			}
		}
	})
}

func orderOf(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(packetLine(line))
	}
	return b.String() + "0000"
}

func TestOrder(t *testing.T) {
	zero := string(slipway.ZeroSHA)
	text := orderOf("shallow "+shaA, zero+" "+shaA+" refs/heads/main\x00 report-status side-band-64k", shaA+" "+zero+" refs/heads/-gone\n")
	in := strings.NewReader(text + "PACK")
	o, err := readOrder(iotest.OneByteReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "PACK" || o.raw.String() != text {
		t.Errorf("left %q, kept %q", rest, o.raw.String())
	}
	if o.refused() != 0 || len(o.moves) != 2 || o.accepted() != text {
		t.Errorf("%+v", o)
	}
	for _, bad := range []string{"", "0", "zzzz", "0001", "0004", "0009x", "0009xxxxx0000", orderOf("push-cert\x00 x"), orderOf(shaA + " " + shaB), orderOf(shaA + " x refs/heads/x")} {
		if _, err := readOrder(strings.NewReader(bad)); slipway.KindOf(err) != slipway.Malformed {
			t.Errorf("%q: %v", bad, err)
		}
	}
	endless := io.MultiReader(strings.NewReader(strings.Repeat(packetLine(zero+" "+shaA+" refs/heads/"+strings.Repeat("x", 900)), 20_000)))
	if _, err := readOrder(endless); slipway.KindOf(err) != slipway.TooLarge {
		t.Errorf("an endless one: %v", err)
	}
}

// badNames are names of refs that nobody may push.
var badNames = []string{
	"refs/heads/-x", "refs/heads/\xff", "refs/heads/a..b", "HEAD", "main", "refs/heads/" + strings.Repeat("x", 300),
	"refs/heads/" + shaA, "refs/tags/" + strings.ToUpper(shaB), "refs/pull/1/head", "refs/replace/" + shaA, "refs/slipway/x", "refs/tags/--all",
}

func TestOrderRefused(t *testing.T) {
	zero := string(slipway.ZeroSHA)
	good, shallow := zero+" "+shaA+" refs/heads/good", "shallow "+shaB
	for _, name := range badNames {
		bad := zero + " " + shaA + " " + name
		o, err := readOrder(strings.NewReader(orderOf(shallow, bad+"\x00report-status agent=x", good+"\n")))
		if err != nil {
			t.Fatal(err)
		}
		if o.refused() != 1 || o.accepted() != orderOf(shallow, good+"\x00report-status agent=x") {
			t.Errorf("%q: git is given %q", name, o.accepted())
		}
		if lines := o.refusals(); !strings.HasPrefix(lines[4:], "ng "+name+" Reference name ") {
			t.Errorf("%q: %q", name, lines)
		}
		report := o.refusal()
		if !strings.Contains(report, "ng refs/heads/good another name was refused\n") || !strings.Contains(report, "ng "+name+" Reference name ") {
			t.Errorf("%q: %q", name, report)
		}
		o.capabilities = "side-band-64k"
		if banded := o.refusal(); banded != packetLine("\x01"+report)+"0000" {
			t.Errorf("%q", banded)
		}
	}
	o, err := readOrder(strings.NewReader(orderOf(shaA+" "+zero+" refs/heads/-x", shaA+" "+zero+" refs/slipway/x")))
	if err != nil || o.refused() != 1 || !strings.Contains(o.refusals(), "refs/slipway/x") {
		t.Errorf("removed: %v, %q", err, o.refusals())
	}
}

// TestAmended: refusals of ours get into a report of git's, however it is cut.
func TestAmended(t *testing.T) {
	ours := packetLine("ng refs/heads/-x why\n")
	inner := packetLine("unpack ok\n") + packetLine("ok refs/heads/a\n")
	bands := packetLine("\x02progress") + packetLine("\x01") + packetLine("\x01"+inner[:7]) + packetLine("\x01"+inner[7:]+"00") + packetLine("\x0100")
	for _, test := range []struct {
		banded    bool
		git, want string
	}{
		{false, inner + "0000", inner + ours + "0000"},
		{false, "", ""},
		{true, bands + "0000", packetLine("\x02progress") + packetLine("\x01") + packetLine("\x01"+inner[:3]) + packetLine("\x01"+inner[3:len(inner)-2]) +
			packetLine("\x01"+inner[len(inner)-2:]) + packetLine("\x01"+ours+"0000") + "0000"},
		{true, "0000", "0000"},
		{true, packetLine("\x03died"), packetLine("\x03died")},
		{true, "0000", "0000"},
		{true, "oh no", "oh no"},
	} {
		for size := 1; size < 20; size++ {
			var out bytes.Buffer
			a := &amended{out: &out, lines: ours, banded: test.banded}
			for part := range slices.Chunk([]byte(test.git), size) {
				if n, err := a.Write(part); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := a.end(); err != nil || out.String() != test.want {
				t.Fatalf("in parts of %d: got %q, want %q", size, out.String(), test.want)
			}
		}
	}
}

func FuzzReadOrder(f *testing.F) {
	f.Add([]byte(orderOf(string(slipway.ZeroSHA)+" "+shaA+" refs/heads/main\x00 report-status", "shallow "+shaA)))
	f.Add([]byte("0005x0000"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := readOrder(bytes.NewReader(data))
		if err != nil {
			return
		}
		if !bytes.HasPrefix(data, []byte(o.raw.String())) {
			t.Fatalf("kept %q", o.raw.String())
		}
		again, err := readOrder(strings.NewReader(o.accepted()))
		if err != nil || again.refused() != 0 || len(again.moves) != len(o.moves)-o.refused() {
			t.Fatalf("git is given %q: %v", o.accepted(), err)
		}
	})
}

func TestCache(t *testing.T) {
	c := newCache[int, string](10)
	for i := range 5 {
		c.put(i, fmt.Sprint(i), 2)
	}
	if _, ok := c.get(0); !ok {
		t.Fatal("0 is gone, though there was room")
	}
	c.put(5, "5", 4) // takes the place of 1 and 2
	for i, want := range []bool{true, false, false, true, true, true} {
		if _, ok := c.get(i); ok != want {
			t.Errorf("%d: %v", i, ok)
		}
	}
	c.put(6, "6", 1000)
	if _, ok := c.get(6); !ok || len(c.entries) != 1 || c.order.Len() != 1 {
		t.Errorf("%d entries", len(c.entries))
	}
	c.put(6, "small", 1)
	if v, _ := c.get(6); v != "small" || c.room != 9 {
		t.Errorf("%q, room %d", v, c.room)
	}
}

func FuzzParseTag(f *testing.F) {
	f.Add([]byte("object " + shaA + "\ntype commit\ntag v1\ntagger A <a@b> 1 +0100\n\nmessage\n-----BEGIN PGP SIGNATURE-----\nx\n"))
	f.Add([]byte("object " + shaA + "\ntype \n\n\xdc"))
	f.Fuzz(func(t *testing.T, data []byte) {
		note, err := parseTag(shaA, data)
		if err != nil {
			return
		}
		for _, text := range []string{note.Name, note.Message, note.Tagger.Name, note.Tagger.Email, note.Signed} {
			if !utf8.ValidString(text) {
				t.Fatalf("%q is no text", text)
			}
		}
		if _, ok := slipway.ParseSHA(string(note.Object.SHA)); !ok {
			t.Fatalf("%q is no object", note.Object.SHA)
		}
	})
}

// FuzzParseEntries: whatever is cut off, the entries before it are whole.
func FuzzParseEntries(f *testing.F) {
	f.Add("100644 blob "+shaA+"       4\tfile\x00040000 tree "+shaB+"       -\tdir\x00160000 commit "+shaB+" -\tm\n\x00", 90)
	f.Add("100644 blob "+shaA+" BAD\tx\x00", 3)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		all, _, err := parseEntries(text)
		if err != nil || cut < 0 || cut > len(text) {
			return
		}
		some, whole, err := parseEntries(text[:cut])
		if err != nil || len(some) > len(all) || whole && cut > 0 && text[cut-1] != 0 {
			t.Fatalf("%d entries of %d, whole %v, %v", len(some), len(all), whole, err)
		}
		for i := range some {
			if some[i] != all[i] {
				t.Fatalf("%+v, want %+v", some[i], all[i])
			}
		}
	})
}
