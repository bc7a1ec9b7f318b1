package hook

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func guard(t testing.TB, allow ...string) *Guard {
	t.Helper()
	g, err := NewGuard(allow)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// spellings are ways to write an address that hooks may not have. The second column is the host as the refusal shows it.
var spellings = [][2]string{
	{"http://127.0.0.1/", "127.0.0.1"},
	{"http://127.0.0.1:8480/hook", "127.0.0.1"},
	{"https://127.0.0.1/", "127.0.0.1"},
	{"HTTP://127.0.0.1/", "127.0.0.1"},
	{"http://127.1/", "127.1"},
	{"http://127.0.1/", "127.0.1"},
	{"http://127.255.255.254/", "127.255.255.254"},
	{"http://0x7f.0.0.1/", "0x7f.0.0.1"},
	{"http://0x7F000001/", "0x7F000001"},
	{"http://0x7f.1/", "0x7f.1"},
	{"http://0X7f.0x0.0x0.0x1/", "0X7f.0x0.0x0.0x1"},
	{"http://0177.0.0.1/", "0177.0.0.1"},
	{"http://0177.1/", "0177.1"},
	{"http://017700000001/", "017700000001"},
	{"http://0000177.0.0.1/", "0000177.0.0.1"},
	{"http://2130706433/", "2130706433"},
	{"http://127.0x000001/", "127.0x000001"},
	{"http://127.0.0.1./", "127.0.0.1."},
	{"http://127.1./", "127.1."},
	{"http://localhost/", "localhost"},
	{"http://LOCALHOST/", "LOCALHOST"},
	{"http://localhost./", "localhost."},
	{"http://localhost:80/", "localhost"},
	{"http://api.localhost/", "api.localhost"},
	{"http://a.b.localhost./", "a.b.localhost."},
	{"http://user@127.0.0.1/", "127.0.0.1"},
	{"http://user:pw@127.0.0.1:9/", "127.0.0.1"},
	{"http://example.com@127.0.0.1/", "127.0.0.1"},
	{"http://example.com:80@localhost/", "localhost"},
	{"http://127.0.0.1#@example.com/", "127.0.0.1"},
	{"http://127.0.0.1?@example.com/", "127.0.0.1"},
	{"http://0.0.0.0/", "0.0.0.0"},
	{"http://0/", "0"},
	{"http://0x0/", "0x0"},
	{"http://0x/", "0x"},
	{"http://0.0.0.0:8480/", "0.0.0.0"},
	{"http://0.1.2.3/", "0.1.2.3"},
	{"http://[::1]/", "::1"},
	{"http://[::1]:8480/", "::1"},
	{"http://[0:0:0:0:0:0:0:1]/", "0:0:0:0:0:0:0:1"},
	{"http://[0000::0001]/", "0000::0001"},
	{"http://[::]/", "::"},
	{"http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"},
	{"http://[::ffff:7f00:1]/", "::ffff:7f00:1"},
	{"http://[0:0:0:0:0:ffff:127.0.0.1]/", "0:0:0:0:0:ffff:127.0.0.1"},
	{"http://[::FFFF:10.0.0.1]/", "::FFFF:10.0.0.1"},
	{"http://[::127.0.0.1]/", "::127.0.0.1"},
	{"http://[::ffff:0:127.0.0.1]/", "::ffff:0:127.0.0.1"},
	{"http://[64:ff9b::127.0.0.1]/", "64:ff9b::127.0.0.1"},
	{"http://[64:ff9b::7f00:1]/", "64:ff9b::7f00:1"},
	{"http://[64:ff9b::10.1.2.3]/", "64:ff9b::10.1.2.3"},
	{"http://[64:ff9b::a9fe:a9fe]/", "64:ff9b::a9fe:a9fe"},
	{"http://[64:ff9b:1::1]/", "64:ff9b:1::1"},
	{"http://[2002:7f00:1::]/", "2002:7f00:1::"},
	{"http://[2002:a00:1::1]/", "2002:a00:1::1"},
	{"http://10.0.0.1/", "10.0.0.1"},
	{"http://10.1/", "10.1"},
	{"http://0xa.0.0.1/", "0xa.0.0.1"},
	{"http://012.0.0.1/", "012.0.0.1"},
	{"http://167772161/", "167772161"},
	{"http://172.16.0.1/", "172.16.0.1"},
	{"http://172.31.255.255/", "172.31.255.255"},
	{"http://192.168.0.1/", "192.168.0.1"},
	{"http://192.168.257/", "192.168.257"},
	{"http://3232235521/", "3232235521"},
	{"http://169.254.169.254/", "169.254.169.254"},
	{"http://169.254.169.254/latest/meta-data/", "169.254.169.254"},
	{"http://0xa9fea9fe/", "0xa9fea9fe"},
	{"http://2852039166/", "2852039166"},
	{"http://0251.0376.0251.0376/", "0251.0376.0251.0376"},
	{"http://169.254.43518/", "169.254.43518"},
	{"http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254"},
	{"http://[fd00:ec2::254]/", "fd00:ec2::254"},
	{"http://100.100.100.200/", "100.100.100.200"},
	{"http://168.63.129.16/", "168.63.129.16"},
	{"http://192.0.0.192/", "192.0.0.192"},
	{"http://[fd20:ce::254]/", "fd20:ce::254"},
	{"http://100.64.0.1/", "100.64.0.1"},
	{"http://100.127.255.254/", "100.127.255.254"},
	{"http://224.0.0.1/", "224.0.0.1"},
	{"http://239.255.255.255/", "239.255.255.255"},
	{"http://240.0.0.1/", "240.0.0.1"},
	{"http://255.255.255.255/", "255.255.255.255"},
	{"http://0xffffffff/", "0xffffffff"},
	{"http://[fe80::1]/", "fe80::1"},
	{"http://[fc00::1]/", "fc00::1"},
	{"http://[fd12:3456::1]/", "fd12:3456::1"},
	{"http://[ff02::1]/", "ff02::1"},
	{"http://[fec0::1]/", "fec0::1"},
	{"http://192.0.0.1/", "192.0.0.1"},
	{"http://192.0.2.1/", "192.0.2.1"},
	{"http://198.18.0.1/", "198.18.0.1"},
	{"http://198.51.100.1/", "198.51.100.1"},
	{"http://203.0.113.1/", "203.0.113.1"},
	{"http://[::ffff:203.0.113.1]/", "::ffff:203.0.113.1"},
	{"http://[64:ff9b::198.18.0.1]/", "64:ff9b::198.18.0.1"},
	{"http://[2001:0:7f00:1::]/", "2001:0:7f00:1::"},
	{"http://[2001:db8::1]/", "2001:db8::1"},
	{"http://[2002:808:808::]/", "2002:808:808::"},
	{"http://[100::1]/", "100::1"},
	{"http://[3fff::1]/", "3fff::1"},
	{"http://[5f00::1]/", "5f00::1"},
}

// nonsense is what is no URL a hook can have.
var nonsense = []string{
	"", "example.com", "//example.com/", "/hook", "http://", "http:///", "http:example.com", "ftp://example.com/", "file:///etc/passwd",
	"gopher://127.0.0.1:25/", "unix:///var/run/docker.sock", "javascript:alert(1)", "http://exa mple.com/", "http://example.com/a b",
	"http://example.com/\r\nX: y", "http://example.com/\n", "http://example.com/\x00", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "http://exämple.com/",
	"http://%31%32%37.0.0.1/", "http://127.0.0.1%00.example.com/", "http://[fe80::1%25eth0]/", "http://[::1/", "http://::1/", "http://[127.0.0.1]/",
	"http://127.0.0.1\\@example.com/", "http:\\\\127.0.0.1/", "http://256.256.256.256/", "http://1.2.3.4.5/", "http://127.0.0.0x100/", "http://4294967296/",
	"http://0400.0.0.1/", "http://08.0.0.1/", "http://example..com/", "http://.example.com/", "http://example.com:0/", "http://example.com:65536/",
	"http://example.com:x/", "http://exam!ple.com/", "http://" + strings.Repeat("a", 64) + ".com/", "http://" + strings.Repeat("a.", 127) + "com/",
}

func TestGuardRefusesSpellings(t *testing.T) {
	g := guard(t)
	if len(spellings) < 60 {
		t.Fatalf("only %d spellings", len(spellings))
	}
	for _, s := range spellings {
		err := g.Check(t.Context(), s[0])
		var e *slipway.Error
		if !errors.As(err, &e) || e.Kind != slipway.Invalid || e.Message != "Validation Failed" || len(e.Details) != 1 {
			t.Errorf("%s: %v", s[0], err)
			continue
		}
		want := slipway.Detail{
			Resource: "Hook", Code: "custom",
			Message: "url is not supported because it isn't reachable over the public Internet (" + s[1] + ")",
		}
		if d := e.Details[0]; d.Resource != want.Resource || d.Code != want.Code || d.Message != want.Message {
			t.Errorf("%s: %+v, want %+v", s[0], d, want)
		}
	}
}

func TestGuardRefusesNonsense(t *testing.T) {
	g := guard(t, "0.0.0.0/0", "::/0")
	for _, address := range nonsense {
		var e *slipway.Error
		if err := g.Check(t.Context(), address); !errors.As(err, &e) || !strings.HasPrefix(e.Details[0].Message, "The URL you've entered is not valid.") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestGuardRefusesToDial is the half that protects: whatever was accepted when the hook was written.
func TestGuardRefusesToDial(t *testing.T) {
	dial := guard(t).dialer()
	for _, s := range spellings {
		target, err := parseTarget(s[0])
		if err != nil {
			t.Errorf("%s: %v", s[0], err)
			continue
		}
		port := target.Port()
		if port == "" {
			port = "80"
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		conn, err := dial(ctx, "tcp", net.JoinHostPort(target.Hostname(), port))
		cancel()
		var refusal errAddress
		if conn != nil || !errors.As(err, &refusal) {
			t.Errorf("%s: dialled: %v", s[0], err)
		}
	}
}

func TestGuardAccepts(t *testing.T) {
	for _, test := range []struct {
		address string
		allow   []string
	}{
		{"https://8.8.8.8/hook", nil},
		{"http://1.1.1.1:8080/", nil},
		{"http://[2606:4700:4700::1111]/", nil},
		{"http://134744072/", nil},
		{"http://[64:ff9b::8.8.8.8]/", nil},
		{"http://172.32.0.1/", nil},
		{"http://100.128.0.1/", nil},
		{"http://9.9.9.9/", nil},
		{"https://user:pw@8.8.8.8/?a=b#c", nil},
		{"http://does-not-exist.invalid/", nil},
		{"http://under_score.invalid/", nil},
		{"http://127.0.0.1:9/", []string{"127.0.0.1"}},
		{"http://127.0.0.1:9/", []string{"127.0.0.0/8"}},
		{"http://127.1/", []string{" 127.0.0.0/8 "}},
		{"http://localhost/", []string{"127.0.0.0/8"}},
		{"http://localhost./", []string{"localhost"}},
		{"http://LocalHost/", []string{"LOCALHOST."}},
		{"http://[::1]/", []string{"::1"}},
		{"http://[::1]/", []string{"[::1]"}},
		{"http://[::ffff:10.0.0.1]/", []string{"10.0.0.0/8"}},
		{"http://10.0.0.1/", []string{"::ffff:10.0.0.0/104"}},
		{"http://[64:ff9b::10.0.0.1]/", []string{"10.0.0.0/8"}},
		{"http://[fd12::1]/", []string{"fc00::/7"}},
		{"http://10.0.0.5:9000/", []string{"10.0.0.5:9000"}},
		{"http://10.0.0.5/", []string{"10.0.0.5:9000", "10.0.0.5"}},
		{"http://[fd12::1]:9000/", []string{"[fd12::1]:9000"}},
		{"http://169.254.169.254/", []string{"169.254.169.254"}},
		{"http://169.254.1.1/", []string{"169.254.1.1/32"}},
		{"http://[fd00:ec2::254]/", []string{"fd00:ec2::254"}},
	} {
		if err := guard(t, test.allow...).Check(t.Context(), test.address); err != nil {
			t.Errorf("%s with %q: %v", test.address, test.allow, err)
		}
	}
}

// TestGuardReachesWhatItAccepts: an address that the allow-list includes is reached in every spelling that is accepted.
func TestGuardReachesWhatItAccepts(t *testing.T) {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	_, port, _ := net.SplitHostPort(receiver.Listener.Addr().String())
	for _, test := range []struct{ host, allow string }{
		{"127.0.0.1", "127.0.0.0/8"},
		{"127.1", "127.0.0.0/8"},
		{"127.0.0.1.", "127.0.0.1"},
		{"[::ffff:127.0.0.1]", "127.0.0.0/8"},
		{"[::ffff:7f00:1]", "127.0.0.1"},
		{"[::FFFF:127.0.0.1]", "::ffff:127.0.0.1"},
		{"localhost", "localhost"},
		{"localhost.", "localhost"},
		{"LOCALHOST.", "127.0.0.0/8"},
		{"api.localhost", "127.0.0.0/8"},
		{"api.localhost.", "api.localhost"},
	} {
		g, address := guard(t, test.allow), "http://"+test.host+":"+port+"/"
		if err := g.Check(t.Context(), address); err != nil {
			t.Errorf("%s with %s: %v", address, test.allow, err)
		}
		s := newSender(g, Identity{}, 5*time.Second, time.Now)
		if a, err := s.send(t.Context(), Job{Hook: slipway.Hook{Config: map[string]string{"url": address}}}); err != nil || !a.OK() {
			t.Errorf("%s with %s: %q, %v", address, test.allow, a.Status, err)
		}
		s.close()
	}
}

// TestGuardTellsWhatHappened: nobody listens, which is not the guard's doing.
func TestGuardTellsWhatHappened(t *testing.T) {
	receiver := httptest.NewServer(http.NotFoundHandler())
	_, port, _ := net.SplitHostPort(receiver.Listener.Addr().String())
	receiver.Close()
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "localhost."} {
		s := newSender(guard(t, "127.0.0.0/8"), Identity{}, 5*time.Second, time.Now)
		a, err := s.send(t.Context(), Job{Hook: slipway.Hook{Config: map[string]string{"url": "http://" + host + ":" + port + "/"}}})
		if err != nil || a.StatusCode != http.StatusBadGateway || a.Status != "failed to connect to host" {
			t.Errorf("%s: %+v, %v", host, a, err)
		}
		s.close()
	}
}

// TestGuardAllowIsNarrow tries what an entry of the list must not let through with it.
func TestGuardAllowIsNarrow(t *testing.T) {
	for _, test := range []struct {
		address string
		allow   []string
	}{
		{"http://169.254.169.254/", []string{"0.0.0.0/0", "::/0"}},
		{"http://169.254.169.254/", []string{"169.254.0.0/16"}},
		{"http://169.254.169.254/", []string{"169.254.169.252/30"}},
		{"http://[fe80::1]/", []string{"::/0", "fe80::/10"}},
		{"http://[fd00:ec2::254]/", []string{"fc00::/7"}},
		{"http://[::ffff:169.254.169.254]/", []string{"0.0.0.0/0"}},
		{"http://100.100.100.200/", []string{"100.64.0.0/10"}},
		{"http://168.63.129.16/", []string{"0.0.0.0/0"}},
		{"http://127.0.0.2/", []string{"127.0.0.1"}},
		{"http://10.0.0.5:9001/", []string{"10.0.0.5:9000"}},
		{"http://127.0.0.1/", []string{"localhost"}},
		{"http://localhost/", []string{"10.0.0.0/8"}},
		{"http://other.localhost/", []string{"localhost"}},
		{"http://[::1]/", []string{"127.0.0.0/8"}},
	} {
		if err := guard(t, test.allow...).Check(t.Context(), test.address); err == nil {
			t.Errorf("%s with %q was let through", test.address, test.allow)
		}
	}
}

func TestGuardRefusesEntries(t *testing.T) {
	for _, entry := range []string{"http://localhost", "10.0.0.0/33", "a b", "*", "10.0.0.1:0", "10.0.0.1:99999", "x/8", "user@host", "bar;", "a_b!", "<ci>"} {
		if _, err := NewGuard([]string{entry}); err == nil || !strings.Contains(err.Error(), entry) {
			t.Errorf("%q: %v", entry, err)
		}
	}
	guard(t, "", " ")
}

// names is a name server on loopback. Each question for a name takes the next of its answers; the last one stays.
type nameServer struct {
	mu      sync.Mutex
	answers map[string][]netip.Addr
	asked   int
}

func (n *nameServer) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.serve(conn)
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *nameServer) serve(conn net.PacketConn) {
	buffer := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		_, _ = conn.WriteTo(n.answer(buffer[:size]), from)
	}
}

// answer echoes the question and adds one A record, if there is an address and it was asked for. The name begins after the
// twelve bytes of the header.
func (n *nameServer) answer(question []byte) []byte {
	end, labels := 12, []string{}
	for question[end] != 0 {
		size := int(question[end])
		labels = append(labels, string(question[end+1:end+1+size]))
		end += 1 + size
	}
	wantsA := binary.BigEndian.Uint16(question[end+1:]) == 1
	reply := append([]byte(nil), question[:end+5]...)
	reply[2], reply[3] = 0x81, 0x80 // an answer, recursion available
	copy(reply[6:12], []byte{0, 0, 0, 0, 0, 0})
	a, known := n.next(strings.Join(labels, "."), wantsA)
	switch {
	case !known:
		reply[3] |= 3 // no such name
	case wantsA:
		reply[7] = 1
		reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		reply = append(reply, a.AsSlice()...)
	}
	return reply
}

func (n *nameServer) next(name string, take bool) (netip.Addr, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.answers[name]
	if len(list) == 0 {
		return netip.Addr{}, false
	}
	if take {
		n.asked++
		if len(list) > 1 {
			n.answers[name] = list[1:]
		}
	}
	return list[0], true
}

func (n *nameServer) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

func TestGuardResolvesNames(t *testing.T) {
	public, private, loopback := netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("127.0.0.1")
	metadata := netip.MustParseAddr("169.254.169.254")
	server := &nameServer{answers: map[string][]netip.Addr{
		"public.test": {public}, "private.test": {private}, "metadata.test": {metadata}, "localtest.test": {loopback},
	}}
	resolver := server.resolver(t)
	for _, test := range []struct {
		host  string
		allow []string
		ok    bool
	}{
		{"public.test", nil, true},
		{"unknown.test", nil, true},
		{"private.test", nil, false},
		{"metadata.test", nil, false},
		{"localtest.test.", nil, false},
		{"private.test", []string{"private.test"}, true},
		{"private.test", []string{"10.0.0.0/8"}, true},
		{"private.test", []string{"public.test"}, false},
		{"metadata.test", []string{"metadata.test"}, false},
		{"metadata.test", []string{"169.254.169.254"}, true},
	} {
		g := guard(t, test.allow...)
		g.resolver = resolver
		if err := g.Check(t.Context(), "http://"+test.host+"/"); (err == nil) != test.ok {
			t.Errorf("%s with %q: %v", test.host, test.allow, err)
		}
	}
}

// TestGuardNamesThatFlip is the attack that only the dialer sees: a name that is public when it is checked and private when
// it is dialled.
func TestGuardNamesThatFlip(t *testing.T) {
	reached := make(chan string, 10)
	victim := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.Host }))
	defer victim.Close()
	_, port, _ := net.SplitHostPort(victim.Listener.Addr().String())
	server := &nameServer{answers: map[string][]netip.Addr{
		"flip.test": {netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("127.0.0.1")},
	}}
	g := guard(t)
	g.resolver = server.resolver(t)
	address := "http://flip.test:" + port + "/"
	if err := g.Check(t.Context(), address); err != nil {
		t.Fatal("public at first:", err)
	}
	s := newSender(g, Identity{}, 5*time.Second, time.Now)
	defer s.close()
	a, err := s.send(t.Context(), Job{Hook: slipway.Hook{Config: map[string]string{"url": address}}})
	if err != nil || a.Answered || a.StatusCode != http.StatusBadGateway || a.Status != unreachable("flip.test") {
		t.Errorf("attempt %+v, %v", a, err)
	}
	if n := server.questions(); n != 2 {
		t.Errorf("asked %d times, want once by the check and once by the dialer", n)
	}
	select {
	case host := <-reached:
		t.Error("the victim was reached as", host)
	default:
	}
	allowed := guard(t, "flip.test")
	allowed.resolver = g.resolver
	trusting := newSender(allowed, Identity{}, 5*time.Second, time.Now)
	defer trusting.close()
	if a, err := trusting.send(t.Context(), Job{Hook: slipway.Hook{Config: map[string]string{"url": address}}}); err != nil || !a.OK() {
		t.Errorf("a named host: %+v, %v", a, err)
	}
}

func FuzzTarget(f *testing.F) {
	for _, s := range spellings {
		f.Add(s[0])
	}
	for _, s := range nonsense {
		f.Add(s)
	}
	g := guard(f)
	f.Fuzz(func(t *testing.T, text string) {
		target, err := parseTarget(text)
		if err != nil {
			return
		}
		if target.host == "" || target.port == 0 || strings.ContainsAny(target.host, " \r\n\t/@\\%") {
			t.Errorf("%q became %+v", text, target)
		}
		known := literals(target.host)
		if a, err := netip.ParseAddr(target.host); err == nil && (len(known) != 1 || known[0] != a.Unmap()) {
			t.Errorf("%q is %s to the system and %s to us", text, a, known)
		}
		for _, a := range known {
			if a.IsLoopback() && g.judge(target.host, a, target.port) != isRefused {
				t.Errorf("%q is loopback and passes", text)
			}
		}
	})
}
