# Every target is a line in `make help`.

VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOLANGCI_LINT := v2.15.0
SQLC          := v1.31.1
GQLGEN        := v0.17.98
GOVULNCHECK   := v1.1.4
FUZZTIME      ?= 30s

# The version is given below; asking git for it once more only fails where a checkout belongs to somebody else.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

BIN     := $(CURDIR)/bin
LDFLAGS := -s -w -X main.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build quickstart test check lint generate bench fuzz full vuln release clean packages conformance

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the static binary, bin/slipway
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/slipway ./cmd/slipway

quickstart: build ## build it and see the Deployments API at work on a real repository
	@$(BIN)/slipway quickstart

test: packages ## all tests with the race detector; installs what they need, or says what that is
	CGO_ENABLED=1 go test -race -count=1 -timeout 20m ./...
	@[ -n "$$SLIPWAY_RECORDED" ] || echo 'recorded exchanges: not run (SLIPWAY_RECORDED unset)'

conformance: build ## real clients, unchanged, against a running server; every answer held against GitHub's description
	@.ci/packages conformance
	@conformance/run $(CONFORMANCE)

packages:
	@.ci/packages

check: lint ## build, vet, lint, formatting, modules
	CGO_ENABLED=0 go build -trimpath ./...
	go vet ./...
	go mod tidy -diff

lint: $(BIN)/golangci-lint-$(GOLANGCI_LINT) ## the chosen linters and gofumpt
	$< run ./...

generate: $(BIN)/sqlc-$(SQLC) $(BIN)/gqlgen-$(GQLGEN) ## the store's query code, from its SQL, and GraphQL's from its schema
	cd internal/store && $< generate && cat sqlc.yaml migrations/postgres/*.sql queries/*.sql | sha256sum > db/inputs.sha256
	cd internal/graph && $(BIN)/gqlgen-$(GQLGEN) generate --config gqlgen.yml && cat gqlgen.yml schema/*.graphql | sha256sum > exec/inputs.sha256

bench: ## benchmarks
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## every fuzz target for FUZZTIME (30s)
	@go list ./... | while read -r pkg; do \
		for target in $$(go test -list '^Fuzz' "$$pkg" | grep '^Fuzz'); do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$pkg" || exit 1; \
		done; \
	done

full: packages ## the long forms: 1,000 kills, more rounds of everything
	SLIPWAY_KILL_ROUNDS=1000 CGO_ENABLED=1 go test -race -count=1 -timeout 12h ./...

vuln: ## govulncheck, where its database can be reached; else exit 2
	@GOBIN=$(BIN) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) || { echo 'vuln: govulncheck cannot be installed here'; exit 2; }
	@$(BIN)/govulncheck -version >/dev/null 2>&1 || { echo 'vuln: the vulnerability database cannot be reached here'; exit 2; }
	$(BIN)/govulncheck ./...

release: ## binaries of every platform and their checksums, in dist/
	@rm -rf dist && mkdir -p dist
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
		out=dist/slipway-$(VERSION)-$$os-$$arch; [ $$os = windows ] && out=$$out.exe; echo "$$out"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags '$(LDFLAGS)' -o "$$out" ./cmd/slipway || exit 1; \
	done; done
	cd dist && sha256sum slipway-* > SHA256SUMS

clean: ## remove what was built
	rm -rf bin dist

# Tools are pinned, and lie in ./bin under their version, so that another version is another file.

$(BIN)/golangci-lint-%:
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$*
	@mv $(BIN)/golangci-lint $@

$(BIN)/gqlgen-%:
	GOBIN=$(BIN) go install github.com/99designs/gqlgen@$*
	@mv $(BIN)/gqlgen $@

$(BIN)/sqlc-%:
	GOBIN=$(BIN) go install github.com/sqlc-dev/sqlc/cmd/sqlc@$*
	@mv $(BIN)/sqlc $@
