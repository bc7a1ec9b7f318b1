package slipway

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of everything a client may send. Characters are runes, sizes are bytes (decisions §1).
const (
	MaxStatusDescription = 140      // characters, of both kinds of status
	MaxName              = 255      // characters, of environments, contexts and tasks
	MaxDescription       = 64 << 10 // bytes, of a deployment
	MaxPayload           = 64 << 10 // bytes of compact JSON, of a deployment
	MaxURL               = 8 << 10  // bytes
	MaxReviewers         = 6
	MaxProtected         = 100      // patterns of protected branches, of one repository
	MaxProtectionRules   = 6        // of apps, of one environment
	MaxCheckText         = 65535    // characters, of each text of a check run's output
	MaxAnnotations       = 50       // of one request
	MaxAnnotation        = 64 << 10 // bytes, of its message
	MaxCheckActions      = 3
	MaxWaitTimer         = 43200    // minutes, 30 days
	MaxHookConfig        = 64 << 10 // bytes, keys and values
	MaxWebhookBody       = 25 << 20 // bytes of JSON; larger events are not sent (contract 7.4)
)

// faults collects what is wrong with a request, in GitHub's form: all of it, so that a client can mend it in one go.
type faults struct {
	resource string
	details  []Detail
}

// err is nil when nothing is wrong.
func (f *faults) err() error {
	if len(f.details) == 0 {
		return nil
	}
	return ValidationFailed(f.details...)
}

func (f *faults) add(field, code, message string) {
	f.details = append(f.details, Detail{Resource: f.resource, Field: field, Code: code, Message: message})
}

// missing says that a member is not there.
func (f *faults) missing(field string) { f.add(field, "missing_field", "") }

// invalid says that a member cannot be that, without saying why: GitHub does not either.
func (f *faults) invalid(field string) { f.add(field, "invalid", "") }

// custom says what is wrong with a member in a sentence.
func (f *faults) custom(field, message string) { f.add(field, "custom", message) }

// state checks a state against a list.
func (f *faults) state(state string, known []string) {
	switch {
	case state == "":
		f.missing("state")
	case !slices.Contains(known, state):
		f.custom("state", "state is not included in the list")
	}
}

// characters checks free text that may have a number of characters.
func (f *faults) characters(field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		f.custom(field, tooLong(field, most, "characters"))
		return
	}
	f.storable(field, text)
}

// bytes checks free text that may have a number of bytes.
func (f *faults) bytes(field, text string, most int) {
	if len(text) > most {
		f.custom(field, tooLong(field, most, "bytes"))
		return
	}
	f.storable(field, text)
}

// name checks one line of text by which something is found again.
func (f *faults) name(field, text string) {
	before := len(f.details)
	f.characters(field, strings.TrimSpace(text), MaxName)
	if len(f.details) == before && strings.ContainsFunc(text, unicode.IsControl) {
		f.custom(field, field+" must not contain control characters")
	}
}

// storable refuses what is not text: databases and receivers differ in what they do with it.
func (f *faults) storable(field, text string) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		f.custom(field, field+" must be text")
	}
}

// url checks an address that people will click on. Empty is no address, and fine.
func (f *faults) url(field, address string) {
	switch {
	case address == "":
	case len(address) > MaxURL:
		f.custom(field, tooLong(field, MaxURL, "bytes"))
	case !IsWebURL(address):
		f.custom(field, field+" must use http(s) scheme")
	}
}

func tooLong(field string, most int, unit string) string {
	return field + " is too long (maximum is " + number(int64(most)) + " " + unit + ")"
}

// IsWebURL reports whether an address is an absolute http or https one with a host and without anything that could end a
// header or an attribute: no space, control or invisible character, quote, angle bracket or backslash. It is asked before
// an address is stored, and again before a page links to it.
func IsWebURL(address string) bool {
	if !utf8.ValidString(address) || strings.ContainsFunc(address, unfitForURL) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func unfitForURL(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || strings.ContainsRune("\"<>\\`", r)
}
