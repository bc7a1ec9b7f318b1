package wire

import (
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Shape says which members a body has: the server's era and the media types the caller named (contract file 02).
// Shape{Era: slipway.E11} is today.
//
// Under E11 only the two oldest media types change anything: the seed's gives the union of what its document shows and
// what its server answered, cannonball gives the last preview's. An older era is the strict mode: its own columns apply
// whatever the caller names, and ant-man and flash add theirs once they exist. In the code an era stands for its column,
// so that a member's condition reads like its row in contract 2.2 and 2.3.
type Shape struct {
	Era        slipway.Era
	Seed       bool // application/vnd.github.preview
	Cannonball bool // application/vnd.github.cannonball-preview
	AntMan     bool // application/vnd.github.ant-man-preview
	Flash      bool // application/vnd.github.flash-preview
	SheHulk    bool // application/vnd.github.she-hulk-preview, of combined statuses
	Event      bool // a webhook's body: E6 is its transition (contract 7.6)
}

// Today is the shape of a caller who asks for nothing old.
var Today = Shape{Era: slipway.E11}

// NewShape is the shape for a server of an era and a caller who named some of GitHub's media types. The names are those
// after "application/vnd.github.": preview, cannonball-preview, v3, …; unknown ones change nothing.
func NewShape(era slipway.Era, names ...string) Shape {
	s := Shape{Era: era}
	for _, name := range names {
		switch strings.ToLower(name) {
		case "preview":
			s.Seed = true
		case "cannonball-preview":
			s.Cannonball = true
		case "ant-man-preview":
			s.AntMan = true
		case "flash-preview":
			s.Flash = true
		case "she-hulk-preview":
			s.SheHulk = true
		}
	}
	return s
}

// EventShape is the shape of the bodies of webhooks in an era. Nobody asks for previews there: from 2018 on they had what
// flash shows.
func EventShape(era slipway.Era) Shape { return Shape{Era: era, Event: true, Flash: era >= slipway.E9} }

// transitional reports whether a body is one of the two weeks in 2014 that had the flat members and the nested ones, which
// were their own selection.
func (s Shape) transitional() bool { return s.Event && s.Era == slipway.E6 }

// strict reports whether the server is set to an older era.
func (s Shape) strict() bool { return s.Era < slipway.E11 }

// deployments is the era whose column of contract 2.2 applies.
func (s Shape) deployments() slipway.Era {
	switch {
	case s.strict():
		return s.Era
	case s.Seed:
		return slipway.E0
	case s.Cannonball:
		return slipway.E5
	default:
		return slipway.E11
	}
}

// statuses is the era whose column of contract 2.3 applies.
func (s Shape) statuses() slipway.Era {
	switch {
	case s.strict():
		return s.Era
	case s.Seed:
		return slipway.E0
	case s.Cannonball:
		return slipway.E3
	default:
		return slipway.E11
	}
}

// antMan reports whether the members that came with ant-man are shown in the column of an era.
func (s Shape) antMan(column slipway.Era) bool {
	return column >= slipway.E11 || column >= slipway.E8 && s.AntMan
}

// flash reports whether the members that came with flash are shown in the column of an era.
func (s Shape) flash(column slipway.Era) bool {
	return column >= slipway.E11 || column >= slipway.E9 && s.Flash
}

// force reports whether the member force is heeded: only on its own day, or for a caller who names that day's media
// types (contract 2.1).
func (s Shape) force() bool {
	if s.strict() {
		return s.Era <= slipway.E3
	}
	return s.Seed || s.Cannonball
}

// autoMerge is the default of auto_merge. The seed's document calls merging a request to be made "if necessary"; every
// later one does it unless told not to (contract 2.1).
func (s Shape) autoMerge() bool {
	switch {
	case s.strict() && s.Era > slipway.E3:
		return true
	case s.Seed:
		return false
	default:
		return s.Cannonball || s.Era != slipway.E0
	}
}
