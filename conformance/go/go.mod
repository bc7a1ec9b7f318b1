module github.com/slipway-deploy/slipway/conformance/go

go 1.26.0

require (
	github.com/google/go-github/v89 v89.0.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
	go.yaml.in/yaml/v3 v3.0.6
	golang.org/x/text v0.44.0
)

require github.com/google/go-querystring v1.2.0 // indirect
