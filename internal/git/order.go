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
// git itself accepts a few names that Slipway does not know what to do with: they look like options, or are not text. An
// order with one of those moves nothing.
type order struct {
	raw          strings.Builder // as it came
	moves        []refMove
	capabilities []string
}

type refMove struct {
	name   string
	remove bool
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
	line, capabilities, first := strings.Cut(packet, "\x00")
	if first && o.capabilities == nil {
		o.capabilities = append([]string{}, strings.Fields(capabilities)...)
	}
	line = strings.TrimSuffix(line, "\n")
	if strings.HasPrefix(line, "shallow ") {
		return nil
	}
	from, rest, _ := strings.Cut(line, " ")
	to, name, ok := strings.Cut(rest, " ")
	_, okFrom := slipway.ParseSHA(from)
	after, okTo := slipway.ParseSHA(to)
	if !ok || !okFrom || !okTo || name == "" {
		return &slipway.Error{Kind: slipway.Malformed, Message: "The request is not a push."}
	}
	o.moves = append(o.moves, refMove{name: name, remove: after == slipway.ZeroSHA})
	return nil
}

// refusal is the answer to an order that names what cannot be a ref here; ok when there is none and git may have it. What is
// there already may be removed, whatever it is called.
func (o *order) refusal() (report string, ok bool) {
	var lines strings.Builder
	lines.WriteString(packetLine("unpack ok\n"))
	ok = true
	for _, m := range o.moves {
		why := "another name was refused"
		if err := slipway.CheckRefName(m.name); err != nil && !m.remove {
			ok = false
			var e *slipway.Error
			if errors.As(err, &e) {
				why = e.Sentence()
			}
		}
		lines.WriteString(packetLine("ng " + m.name + " " + why + "\n"))
	}
	lines.WriteString("0000")
	if !slices.Contains(o.capabilities, "side-band-64k") {
		return lines.String(), ok
	}
	const room = 65000 // of a packet in a band
	var banded strings.Builder
	for rest := lines.String(); rest != ""; {
		part := rest[:min(room, len(rest))]
		banded.WriteString(packetLine("\x01" + part))
		rest = rest[len(part):]
	}
	return banded.String() + "0000", ok
}

func packetLine(content string) string { return fmt.Sprintf("%04x%s", len(content)+4, content) }
