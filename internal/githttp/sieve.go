package githttp

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
)

// The bands into which an answer may be divided (gitprotocol-pack, "Packfile Data"), as the first byte of packets. Packets
// that are in no band begin with a printable character.
const (
	bandData     = 1
	bandProgress = 2
	bandFatal    = 3
)

// progressForm is what git's progress looks like, such as "Counting objects:  50% (1/2)" or "Total 3 (delta 0), reused 0".
// All else in that band is what git's processes wrote to their standard error: it may name files.
var progressForm = regexp.MustCompile(`^(?:` +
	`[A-Z][a-z]+ [a-z]+: +\d+(?:% \(\d+/\d+\))?(?:, [\d.]+ \w+(?: \| [\d.]+ \w+/s)?)?(?:, done\.)?` +
	`|Total \d+ \(delta \d+\), reused \d+ \(delta \d+\)(?:, pack-reused \d+(?: \(from \d+\))?)?` +
	`) *$`)

// maxProgress is the longest line of progress there is.
const maxProgress = 200

// sink takes what a sieve lets through.
type sink interface {
	data(p []byte)
	notice(p []byte) // whole packets that carry nothing but progress, or nothing at all
}

// sieve reads git's answer packet by packet and keeps back what git's processes wrote to their standard error. It needs no
// more memory than a line. The zero sieve stands before a packet.
type sieve struct {
	raw  bool    // what follows is not in packets: a pack for a client without bands, or an advertisement
	head [5]byte // the packet's length in four hexadecimal digits, and the first byte of its content
	have int     // bytes of head that are there
	band byte    // of the packet under way
	left int     // bytes of it that have not come yet
	line []byte  // of progress, not complete yet
}

// sift takes a part of the answer.
func (s *sieve) sift(p []byte, to sink) {
	for len(p) > 0 {
		switch {
		case s.raw:
			to.data(p)
			return
		case s.left > 0:
			n := min(s.left, len(p))
			s.content(p[:n], to)
			s.left -= n
			p = p[n:]
		default:
			s.head[s.have] = p[0]
			s.have++
			p = p[1:]
			s.begin(to)
		}
	}
}

// begin looks at a packet's head, once there is enough of it.
func (s *sieve) begin(to sink) {
	if s.have < 4 {
		return
	}
	length, err := strconv.ParseUint(string(s.head[:4]), 16, 16)
	switch {
	case err != nil: // "PACK"
		s.raw = true
		fallthrough
	case length <= 4: // a flush, a delimiter
		to.data(s.head[:s.have])
		s.have = 0
		return
	case s.have < 5:
		return
	}
	s.have, s.left, s.band = 0, int(length)-5, s.head[4]
	switch {
	case s.band == bandData && s.left == 0: // git shows that it is alive
		to.notice(s.head[:])
	case s.band == bandFatal:
		to.data(packet(bandFatal, "The repository could not be read.\n"))
	case s.band != bandProgress:
		to.data(s.head[:])
	}
}

// content takes a part of a packet's content.
func (s *sieve) content(p []byte, to sink) {
	switch s.band {
	case bandFatal:
	case bandProgress:
		s.progress(p, to)
	default:
		to.data(p)
	}
}

// progress lets whole lines through that are progress. They end in \r when the next one takes their place.
func (s *sieve) progress(p []byte, to sink) {
	for len(p) > 0 {
		n := bytes.IndexAny(p, "\r\n") + 1
		if n == 0 {
			n = len(p)
		}
		if len(s.line) <= maxProgress {
			s.line = append(s.line, p[:n]...)
		}
		if end := p[n-1]; end == '\r' || end == '\n' {
			if len(s.line) <= maxProgress && progressForm.Match(bytes.TrimRight(s.line, "\r\n")) {
				to.notice(packet(bandProgress, string(s.line)))
			}
			s.line = s.line[:0]
		}
		p = p[n:]
	}
}

// packet frames a short text in a band.
func packet(band byte, text string) []byte {
	return fmt.Appendf(nil, "%04x%c%s", len(text)+5, band, text)
}
