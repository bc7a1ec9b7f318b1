package main

import (
	"encoding/json"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-deploy/slipway/docs"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// about is what GET /server of the extension API says that only this package knows.
func (s Settings) about() wire.Server {
	database := "sqlite"
	if s.DatabaseURL != "" {
		database = "postgresql"
	}
	return wire.Server{
		Version: versionText(), Database: database,
		Webhooks: wire.ServerHooks{
			TimeoutSeconds: int(s.WebhookTimeout.Seconds()), RetryMinSeconds: int(s.WebhookRetryMin.Seconds()),
			RetryMaxSeconds: int(s.WebhookRetryMax.Seconds()), ParkAfterSeconds: int(s.WebhookParkAfter.Seconds()),
		},
	}
}

// extensionDescription is the extension API's description as JSON. It is written as YAML, for its readers.
var extensionDescription = sync.OnceValue(func() []byte {
	var document any
	if err := yaml.Unmarshal(docs.Extension, &document); err != nil {
		panic("docs/openapi-slipway.yaml: " + err.Error()) // a test has read it
	}
	text, err := json.Marshal(document)
	if err != nil {
		panic("docs/openapi-slipway.yaml: " + err.Error())
	}
	return text
})
