package wire

import (
	"math"

	"github.com/slipway-deploy/slipway"
)

// DecodeProtectionRule reads the body of POST deployment_protection_rules: the id of an app (contract 6.4).
func DecodeProtectionRule(body []byte) (appID int64, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return 0, err
	}
	m.require("integration_id")
	if id := m.integer("integration_id", 0, math.MaxInt64); id != nil {
		appID = *id
	}
	return appID, m.err()
}

// FromProtectionRule is one custom rule of an environment.
func FromProtectionRule(rule slipway.DeploymentProtectionRule, u slipway.URLs) JSON {
	return render(func(w *writer) { w.protectionRule(rule, u) })
}

// FromProtectionRules are all custom rules of an environment.
func FromProtectionRules(list []slipway.DeploymentProtectionRule, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.num("total_count", int64(len(list)))
		w.key("custom_deployment_protection_rules")
		w.openArray()
		for _, rule := range list {
			w.item()
			w.protectionRule(rule, u)
		}
		w.closeArray()
		w.close()
	})
}

// FromRuleApps is a page of the apps that could be custom rules; total counts all of them.
func FromRuleApps(total int, list []slipway.App, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.num("total_count", int64(total))
		w.key("available_custom_deployment_protection_rule_integrations")
		w.openArray()
		for _, app := range list {
			w.item()
			w.ruleApp(app, u)
		}
		w.closeArray()
		w.close()
	})
}

func (w *writer) protectionRule(rule slipway.DeploymentProtectionRule, u slipway.URLs) {
	w.open()
	w.num("id", rule.ID)
	w.str("node_id", slipway.NodeID("DeploymentProtectionRule", rule.ID))
	w.boolean("enabled", true)
	w.key("app")
	w.ruleApp(rule.App, u)
	w.close()
}

func (w *writer) ruleApp(app slipway.App, u slipway.URLs) {
	w.open()
	w.num("id", app.ID)
	w.str("slug", app.Slug)
	w.str("integration_url", u.App(app.Slug))
	w.str("node_id", slipway.NodeID("App", app.ID))
	w.close()
}
