package git

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// mostOrder bounds what a push says before its objects, in bytes: about 150,000 refs.
const mostOrder = 16 << 20

// order is how a push begins (gitprotocol-pack, "Reference Update Request"): a packet for each ref that is to move, and an
// empty one. The objects follow.
//
// git itself accepts a few names that Slipway does not want: they look like options or like objects, are not text, or belong
// to the server. Those are taken out of the order, and refused in the report.
type order struct {
	raw          strings.Builder // as it came
	shallow      []string        // what the client has not: whole packets' content
	moves        []refMove
	capabilities string // what the client understands, as it said it
}

type refMove struct {
	line string // OLD SP NEW SP NAME
	name string
	why  string // it is refused; empty: git may have it
}

// readOrder reads up to the empty packet and not further. The error is Malformed or TooLarge.
func readOrder(in io.Reader) (*order, error) {
	o := &order{}
	for {
		packet, err := readPacket(io.TeeReader(in, &o.raw))
		switch {
		case err != nil:
			return nil, &slipway.Error{Kind: slipway.Malformed, Message: "The request is not a push.", Op: "git: read an order", Err: err}
		case packet == "":
			return o, nil
		case o.raw.Len() > mostOrder:
			return nil, slipway.Fail(slipway.TooLarge, "The push moves too many refs at once.")
		}
		if err := o.add(packet); err != nil {
			return nil, err
		}
	}
}

// readPacket reads one packet: four hexadecimal digits of length, themselves included, and the content. It is empty for the
// one that ends a list. Packets without content have no place here.
func readPacket(in io.Reader) (string, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return "", err
	}
	length, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err != nil:
		return "", err
	case length == 0:
		return "", nil
	case length <= 4:
		return "", errors.New("a packet of no use")
	}
	content := make([]byte, length-4)
	_, err = io.ReadFull(in, content)
	return string(content), err
}

// add takes one packet: OLD SP NEW SP NAME, and behind the first one's NUL what the client understands.
func (o *order) add(packet string) error {
	line, capabilities, _ := strings.Cut(packet, "\x00")
	if len(o.moves) == 0 {
		o.capabilities = capabilities
	}
	line = strings.TrimSuffix(line, "\n")
	if strings.HasPrefix(line, "shallow ") {
		o.shallow = append(o.shallow, packet)
		return nil
	}
	from, rest, _ := strings.Cut(line, " ")
	to, name, ok := strings.Cut(rest, " ")
	_, okFrom := slipway.ParseSHA(from)
	after, okTo := slipway.ParseSHA(to)
	if !ok || !okFrom || !okTo || name == "" {
		return &slipway.Error{Kind: slipway.Malformed, Message: "The request is not a push."}
	}
	o.moves = append(o.moves, refMove{line: line, name: name, why: whyRefused(name, after == slipway.ZeroSHA)})
	return nil
}

// whyRefused says why a ref may not be moved; empty if it may. What is there already may be removed, whatever it is called,
// but for what is the server's own.
func whyRefused(name string, remove bool) string {
	if remove && !strings.HasPrefix(name, ownRefs) {
		return ""
	}
	var e *slipway.Error
	if errors.As(slipway.CheckNewRefName(name), &e) {
		return e.Sentence()
	}
	return ""
}

// refused counts the moves that git is not to see.
func (o *order) refused() (n int) {
	for _, m := range o.moves {
		if m.why != "" {
			n++
		}
	}
	return n
}

// understands reports whether the client has a capability.
func (o *order) understands(capability string) bool {
	return slices.Contains(strings.Fields(o.capabilities), capability)
}

// accepted is the order as git is to have it.
func (o *order) accepted() string {
	if o.refused() == 0 {
		return o.raw.String()
	}
	var text strings.Builder
	for _, packet := range o.shallow {
		text.WriteString(packetLine(packet))
	}
	rest := "\x00" + o.capabilities
	for _, m := range o.moves {
		if m.why == "" {
			text.WriteString(packetLine(m.line + rest))
			rest = ""
		}
	}
	return text.String() + "0000"
}

// refusals are the lines of a report about what git does not see.
func (o *order) refusals() string {
	var lines strings.Builder
	for _, m := range o.moves {
		if m.why != "" {
			lines.WriteString(m.refusal(m.why))
		}
	}
	return lines.String()
}

func (m refMove) refusal(why string) string { return packetLine("ng " + m.name + " " + why + "\n") }

// refusal is the whole report on an order of which nothing is done.
func (o *order) refusal() string {
	var report strings.Builder
	report.WriteString(packetLine("unpack ok\n"))
	for _, m := range o.moves {
		why := m.why
		if why == "" {
			why = "another name was refused"
		}
		report.WriteString(m.refusal(why))
	}
	report.WriteString("0000")
	if !o.understands(bands) {
		return report.String()
	}
	return banded(report.String()) + "0000"
}

// Capabilities of clients.
const (
	bands  = "side-band-64k"
	atomic = "atomic" // all or nothing
)

func packetLine(content string) string { return fmt.Sprintf("%04x%s", len(content)+4, content) }
