package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// teller prints the story. What can be pasted stands alone on its lines, with nothing before it but spaces.
type teller struct {
	w      io.Writer
	colour bool
	steps  int
	ear    bool // the last line was a webhook
}

func newTeller(w io.Writer) *teller {
	return &teller{w: w, colour: isTerminal(w) && os.Getenv("NO_COLOR") == ""}
}

const indent = "   "

// The colours, of ANSI's sixteen so that every terminal's theme decides what they look like.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (t *teller) paint(code, text string) string {
	if !t.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (t *teller) line(text string) {
	fmt.Fprintln(t.w, strings.TrimRight(text, " "))
	t.ear = false
}

// say prints a paragraph.
func (t *teller) say(text string) {
	for l := range strings.Lines(text) {
		t.line(indent + strings.TrimSuffix(l, "\n"))
	}
}

// step begins a chapter.
func (t *teller) step(title string) {
	t.steps++
	t.line("")
	t.line(t.paint(bold, fmt.Sprintf("%d. %s", t.steps, title)))
}

// command prints a line to paste; what is after a line break is indented once more.
func (t *teller) command(text string) {
	t.line("")
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			l = "  " + l
		}
		t.line(indent + t.paint(cyan, l))
	}
}

// answer prints a status and what matters of a body.
func (t *teller) answer(status int, body string) {
	code := green
	switch {
	case status >= 400:
		code = red
	case status == http.StatusAccepted:
		code = yellow
	}
	t.line(indent + "→ " + t.paint(code, fmt.Sprintf("%d %s", status, http.StatusText(status))))
	for l := range strings.Lines(body) {
		t.line(indent + "  " + strings.TrimSuffix(l, "\n"))
	}
}

// printed prints what a program said.
func (t *teller) printed(out string) {
	for l := range strings.Lines(out) {
		if l = strings.TrimRight(l, "\n "); l != "" {
			t.line(indent + t.paint(dim, "→ "+l))
		}
	}
}

// received prints what came to the receiver.
func (t *teller) received(d delivered) {
	verdict := t.paint(green, "signature verified")
	if !d.verified {
		verdict = t.paint(red, "signature WRONG")
	}
	if !t.ear {
		t.line("")
	}
	t.line(fmt.Sprintf("%s%s %-17s %s  %s", indent, t.paint(yellow, "◀"), d.event, verdict, d.about()))
	t.ear = true
}

// about is what a webhook is about, in a few words.
func (d delivered) about() string {
	switch d.event {
	case "ping":
		return d.body.Repository.FullName
	case "deployment":
		return fmt.Sprintf("deployment %d: %s to %s, commit %.7s", d.body.Deployment.ID, d.body.Deployment.Ref, d.body.Deployment.Environment, d.body.Deployment.SHA)
	case "deployment_status":
		return fmt.Sprintf("deployment %d: %s", d.body.Deployment.ID, d.body.Status.State)
	}
	return ""
}

func (t *teller) failed(err error) {
	t.line("")
	t.line(t.paint(red, "This is not what should have happened: ") + err.Error())
}
