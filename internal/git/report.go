package git

import (
	"io"
	"strconv"
	"strings"
)

// bandRoom is how much of a report is put into a packet of its band.
const bandRoom = 65000

// banded cuts a text into packets of the first band, the one that carries answers.
func banded(text string) string {
	var packets strings.Builder
	for text != "" {
		part := text[:min(bandRoom, len(text))]
		packets.WriteString(packetLine("\x01" + part))
		text = text[len(part):]
	}
	return packets.String()
}

// amended adds lines to the report of a push (gitprotocol-pack, "Report Status") on its way from git to the client. The
// report is a list of packets with an empty one at its end; when there are bands it is cut anyhow into packets of the first.
// Its last four bytes are held back until it is clear that they are the end. Where git gives no report, nothing is added.
type amended struct {
	out    io.Writer
	lines  string
	banded bool

	packet []byte // of a band, not complete yet
	raw    bool   // what should be packets of bands is something else
	held   string // the last bytes of the report so far
}

func (a *amended) Write(p []byte) (int, error) {
	if !a.banded {
		return len(p), a.write(a.hold(string(p)))
	}
	a.packet = append(a.packet, p...)
	for {
		packet, ok := a.next()
		if !ok {
			return len(p), nil
		}
		if err := a.write(a.amend(packet)); err != nil {
			return len(p), err
		}
	}
}

// end passes on what is left.
func (a *amended) end() error {
	text := string(a.packet)
	if !a.banded {
		text = a.last()
	}
	a.packet = nil
	return a.write(text)
}

// next takes a complete packet, or whatever there is once no packets come any more.
func (a *amended) next() (packet string, ok bool) {
	n := len(a.packet)
	if n >= 4 && !a.raw {
		length, err := strconv.ParseUint(string(a.packet[:4]), 16, 16)
		a.raw = err != nil
		if !a.raw {
			n = max(4, int(length))
		}
	}
	if n == 0 || n < 4 && !a.raw || n > len(a.packet) {
		return "", false
	}
	packet = string(a.packet[:n])
	a.packet = a.packet[n:]
	return packet, true
}

// amend gives what takes the place of a packet.
func (a *amended) amend(packet string) string {
	switch {
	case a.raw:
		return packet
	case packet == "0000":
		return banded(a.last()) + packet
	case len(packet) > 5 && packet[4] == 1:
		return banded(a.hold(packet[5:]))
	default:
		return packet
	}
}

// hold takes a part of the report and gives what cannot be its end.
func (a *amended) hold(part string) string {
	text := a.held + part
	n := max(0, len(text)-4)
	a.held = text[n:]
	return text[:n]
}

// last is the end of the report with what is added to it.
func (a *amended) last() string {
	text := a.held
	a.held = ""
	if text == "0000" {
		text = a.lines + text
	}
	return text
}

func (a *amended) write(text string) error {
	if text == "" {
		return nil
	}
	_, err := io.WriteString(a.out, text)
	return err
}
