package slipway

// DeploymentProtectionRule is an app that is asked before a deployment to an environment goes on (contract 6.4). It is not
// among the rules that an environment itself shows.
type DeploymentProtectionRule struct {
	ID            int64
	EnvironmentID int64
	App           App
}

// CheckProtectionRule says whether an environment that has these rules may have one more, of an app. The error is Invalid.
func CheckProtectionRule(have []DeploymentProtectionRule, appID int64) error {
	for _, rule := range have {
		if rule.App.ID == appID {
			return ruleError("custom", "integration_id is already enabled for this environment")
		}
	}
	if len(have) >= MaxProtectionRules {
		return ruleError("custom", "an environment may have at most "+number(MaxProtectionRules)+" custom deployment protection rules")
	}
	return nil
}

// NotInstalled refuses a rule of an app that is not installed on the repository, or does not exist: Invalid.
func NotInstalled() error { return ruleError("invalid", "") }

func ruleError(code, message string) error {
	return ValidationFailed(Detail{Resource: "DeploymentProtectionRule", Field: "integration_id", Code: code, Message: message})
}
