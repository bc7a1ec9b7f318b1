package object

import "github.com/slipway-deploy/slipway"

// The needs of what is read here are those of REST's routes, with the permissions that contract README names in their rows.
var (
	toSeeRepository    = permitted(slipway.ToReadRepository, slipway.Metadata) // row 42
	toReadEnvironments = permitted(slipway.ToReadRepository, "actions")        // rows 12, 13
	toReadCode         = permitted(slipway.ToReadRepository, "contents")       // rows 46–57
	toReadDeployments  = slipway.ToReadDeployments                             // rows 1, 3, 5, 7
	toReadStatuses     = slipway.ToReadStatuses                                // rows 9–11
	toReadChecks       = slipway.ToReadChecks                                  // rows 58–61
)

// permitted is a need with the permission that apps and fine-grained tokens read it by.
func permitted(n slipway.Need, permission string) slipway.Need {
	n.Permissions = []slipway.Permissions{{permission: slipway.LevelRead}}
	return n
}

// seen are the needs of which one lets a caller see that a repository is there.
var seen = []slipway.Need{toSeeRepository, toReadDeployments, toReadStatuses}
