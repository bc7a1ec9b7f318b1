package wire

import "github.com/slipway-deploy/slipway"

// Shape says which members a body has: the server's era and the media types the caller named (contract file 02). Shape{Era:
// slipway.E11} is today. Under E11 only the two media types of 2013 and 2014 change anything; under an older era, which is
// the strict mode, the era's columns apply and ant-man and flash add theirs.
type Shape struct {
	Era        slipway.Era
	Seed       bool // application/vnd.github.preview
	Cannonball bool // application/vnd.github.cannonball-preview
	AntMan     bool // application/vnd.github.ant-man-preview
	Flash      bool // application/vnd.github.flash-preview
	SheHulk    bool // application/vnd.github.she-hulk-preview, of combined statuses
}
