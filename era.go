package slipway

// Era is one of the twelve shapes the deployments API has had since its seed (contract file 02).
type Era int

// The eras. E11 is today.
const (
	E0 Era = iota
	E1
	E2
	E3
	E4
	E5
	E6
	E7
	E8
	E9
	E10
	E11
)
