# Paybridge's makefile: make -f xcaddy.mk help

MODULE  := github.com/paybridge/paybridge
VERSION := $(shell go list -m -f '{{.Version}}' github.com/caddyserver/caddy/v2)
TOOLS   := .build/tools
SOURCES := $(shell find caddymodule translate -name '*.go' -o -name '*.sql' -o -name '*.html') go.mod go.sum

# How long each fuzz target runs in `test` and in `fuzz`.
FUZZ_SHORT := 2s
FUZZ_LONG  := 60s

# No cgo in what operators run; the race detector of the tests needs it.
BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w'

.DEFAULT_GOAL := help
.PHONY: help build demo test unit lint fuzz fuzz-short bench system-packages clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' xcaddy.mk

build: caddy ## build Caddy with Paybridge at ./caddy

demo: .build/caddy-sandbox ## show one payment, from a v1 request to the gateway and back
	@go run ./tests/cmd/demo -caddy .build/caddy-sandbox

test: system-packages build .build/caddy-sandbox lint unit fuzz-short ## install what the tests need and run them all

unit: # every test, with the race detector; the whole-system tests use ./caddy
	go test -race -timeout 20m ./...

lint: $(TOOLS)/golangci-lint ## run go vet and the linters
	go vet ./...
	$(TOOLS)/golangci-lint run

fuzz-short: # every fuzz target for a few seconds
	.ci/fuzz $(FUZZ_SHORT)

fuzz: ## run every fuzz target for a minute
	.ci/fuzz $(FUZZ_LONG)

bench: build .build/caddy-sandbox ## run the benchmarks, with allocations and ratios
	go test -run '^$$' -bench . -benchmem ./translate/... ./caddymodule/...
	PAYBRIDGE_BENCH=1 go test -run '^$$' -bench . -timeout 20m ./tests

clean: ## remove what was built
	rm -rf caddy .build

# xcaddy builds from the module as an operator's own xcaddy would. Where it
# cannot be had, a plain build of the same packages gives the same modules.
caddy: $(SOURCES)
	@$(MAKE) -s -f xcaddy.mk $(TOOLS)/xcaddy && \
	CGO_ENABLED=0 XCADDY_GO_BUILD_FLAGS="-trimpath -ldflags '-s -w'" \
	$(TOOLS)/xcaddy build $(VERSION) --output ./caddy \
		--with $(MODULE)/caddymodule --replace $(MODULE)=$(CURDIR) \
	|| { echo "xcaddy cannot be had or failed; building without it"; $(BUILD) -o caddy ./caddymodule/cmd/caddy; }

.build/caddy-sandbox: $(SOURCES) $(shell find tests/sandbox tests/cmd/sandbox -name '*.go')
	$(BUILD) -o $@ ./tests/cmd/sandbox

$(TOOLS)/xcaddy: .tools/xcaddy/go.mod
	cd .tools/xcaddy && go build -o $(CURDIR)/$@ github.com/caddyserver/xcaddy/cmd/xcaddy

$(TOOLS)/golangci-lint: .tools/lint/go.mod
	cd .tools/lint && CGO_ENABLED=0 go build -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

system-packages:
	@.ci/system-packages
