# Paybridge's makefile: make -f xcaddy.mk help

MODULE  := github.com/paybridge/paybridge
CADDY   := $(shell go list -m -f '{{.Version}}' github.com/caddyserver/caddy/v2)
TOOLS   := .build/tools
PROXY   := .build/proxy
RELEASING := $(TOOLS)/nfpm $(TOOLS)/cyclonedx-gomod
SOURCES := $(shell find caddymodule translate -type f -not -name '*_test.go' -not -path '*/testdata/*') go.mod go.sum

# How many inputs each fuzz target gets in `test` and in `fuzz`. Not a time: at
# its end Go's fuzzer may take a busy worker for a failure.
FUZZ_SHORT := 3000x
FUZZ_LONG  := 300000x

# No cgo in what operators run; the race detector of the tests needs it.
LDFLAGS := $(shell .ci/ldflags)
BUILD   := CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)'

.DEFAULT_GOAL := help
.PHONY: help build demo move playground test unit packages system without-ifma busy busy-rounds waiting-packages waiting-system \
	lint vulncheck fuzz fuzz-short simulate simulate-short bench sizing power-cuts failover hostile soak storm release system-packages promtool clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' xcaddy.mk

build: caddy ## build Caddy with Paybridge at ./caddy

demo: .build/caddy-sandbox ## show one payment, from a v1 request to the gateway and back
	@go run ./tests/cmd/demo -caddy .build/caddy-sandbox

move: .build/caddy-sandbox ## show a merchant moved from the old gateway to v2, and back
	@go run ./tests/cmd/demo -caddy .build/caddy-sandbox -move

playground: build .build/caddy-sandbox ## the demo, and then an order for you to look after
	@go run ./tests/cmd/demo -caddy .build/caddy-sandbox -stay

test: system-packages promtool $(RELEASING) build .build/caddy-sandbox ## install what the tests need and run them all
	@.ci/keep-going lint packages system without-ifma simulate-short fuzz-short

unit: # every test, with the race detector
	@.ci/keep-going packages system

packages system waiting-packages waiting-system: export PAYBRIDGE_REQUIRE_POSTGRES=1
packages system waiting-packages waiting-system: export PAYBRIDGE_REQUIRE_CHROMIUM=1
packages system waiting-packages waiting-system: export PAYBRIDGE_REQUIRE_PROMTOOL=1
packages system waiting-packages waiting-system: export PAYBRIDGE_REQUIRE_HAPROXY=1
packages system waiting-packages waiting-system: export PAYBRIDGE_REQUIRE_RELEASE=1

# SQLite is C that was translated to Go, and bigmod the arithmetic of RSA on numbers of
# its own: the race detector finds nothing in them and makes them many times slower.
RACE := -race -gcflags='modernc.org/...=-race=false' -gcflags='crypto/internal/fips140/bigmod=-race=false'

# Two packages at once, because more databases and browsers take more memory than
# machines have. The first command compiles on all cores what the tests are linked
# from; where it fails, the second says so.
packages: # the tests of every package
	-@go list -test -export -deps $(RACE) ./... > /dev/null 2>&1
	go test $(RACE) -p 2 -timeout 30m $$(go list ./... | grep -v '/paybridge/tests$$')

# The whole-system tests use ./caddy and mostly wait, hence more of them at once
# than there are cores.
system: # the whole-system tests
	go test $(RACE) -parallel 6 -timeout 40m ./tests

# The tests of keys once more, as on a processor without the instructions of packages fastrsa and sm2fixed.
WITHOUT_IFMA := go test -count=1 -exec 'env GODEBUG=cpu.avx512ifma=off'

without-ifma: # the tests of keys without AVX-512 IFMA
	$(WITHOUT_IFMA) ./translate/... ./caddymodule/fastrsa ./caddymodule/internal/merchants
	$(WITHOUT_IFMA) -run 'HostileNotices|KeyChange|RSAArithmetic|SM2Arithmetic' ./tests

busy: system-packages promtool $(RELEASING) build .build/caddy-sandbox ## run all tests while something else keeps every core busy
	@.ci/busy .ci/keep-going packages system

# How often busy-rounds runs the tests that wait for something: for browsers,
# ports, processes, clocks. make -f xcaddy.mk busy-rounds ROUNDS=3
ROUNDS := 20
WAITING_PACKAGES := ./tests/chromium ./tests/port ./tests/pgtest ./tests/cmd/demo ./tests/sandbox/... ./caddymodule ./caddymodule/internal/...
WAITING_TESTS := Console|Payer|Hosted|OpenID|OneStep|Raw|Back|Browser|Return|Bridge|Metrics|Round|Start|Reload|Restart|Outage|Locked|Health|Unreadable|Notif|Burst|Ladder|Script|Crash|Kill|PowerCut|Clock|Stalled|Token|HSM

busy-rounds: system-packages promtool build .build/caddy-sandbox ## run those that wait for something twenty times, as busy
	@.ci/busy .ci/keep-going waiting-packages waiting-system

waiting-packages:
	go test $(RACE) -p 1 -count $(ROUNDS) -timeout 5h $(WAITING_PACKAGES)

waiting-system:
	go test $(RACE) -parallel 6 -count $(ROUNDS) -timeout 10h -run '$(WAITING_TESTS)' ./tests

lint: $(TOOLS)/golangci-lint $(TOOLS)/govulncheck ## run go vet and the linters, and look for known vulnerabilities
	go vet ./...
	go vet -tags simulation ./caddymodule/...
	$(TOOLS)/golangci-lint run
	.ci/vulncheck --where-possible

vulncheck: $(TOOLS)/govulncheck ## look for known vulnerabilities, which needs https://vuln.go.dev or GOVULNDB
	.ci/vulncheck

fuzz-short: # every fuzz target for a second or a few
	.ci/fuzz $(FUZZ_SHORT)

fuzz: ## run every fuzz target for about a minute
	.ci/fuzz $(FUZZ_LONG)

# How many worlds the simulator plays, from which seed on, how many orders each can have,
# and for how long at most: make -f xcaddy.mk simulate SEEDS=1000000 FIRST=5000 ORDERS=500 FOR=8h
SEEDS := 1000
FIRST := 1
ORDERS := 120
FOR := 24h
SIMULATE := go test -tags simulation -count=1 -timeout 25h ./caddymodule/internal/simulation

# A processor plays 90 to 190 payments in a second, and a world has some 60. Bridges look
# for due work every second, in small worlds mostly in vain.
simulate-short: # as many simulated worlds as fit two minutes, and all that the simulator must notice
	$(SIMULATE) -seeds 200

simulate: ## play simulated worlds: SEEDS=1000 of them, from the seed FIRST=1 on, with ORDERS=120
	$(SIMULATE) -v -run '^TestWorlds$$' -first $(FIRST) -seeds $(SEEDS) -orders $(ORDERS) -for $(FOR)

# How much of everything the table at the end of bench is measured with: of 1 as much
# as docs/operating.md says. make -f xcaddy.mk sizing SCALE=0.05
SCALE := 1

bench: build .build/caddy-sandbox ## run the benchmarks, with allocations and ratios, and print the table of sizing
	go test -run '^$$' -bench . -benchmem ./translate/... ./caddymodule/...
	PAYBRIDGE_BENCH=1 go test -run '^$$' -bench . -skip '^BenchmarkSizing$$' -timeout 20m ./tests
	@$(MAKE) -s -f xcaddy.mk sizing

sizing: build .build/caddy-sandbox ## measure what a machine carries, as ratios to plain Caddy and bare crypto
	PAYBRIDGE_BENCH_SCALE=$(SCALE) go test -run '^$$' -bench '^BenchmarkSizing$$' -benchtime 1x -timeout 60m ./tests

power-cuts: build ## cut the power under a ledger fifty times, on a disk that loses what was not synced
	PAYBRIDGE_POWER_CUTS=50 go test -count=1 -v -timeout 60m -run '^TestPowerCut$$' ./tests

failover: build ## let the primary of a PostgreSQL fail twenty times under two bridges, with Patroni
	.ci/system-packages failover
	PAYBRIDGE_FAILOVERS=20 go test -count=1 -v -timeout 60m -run '^TestFailover$$' ./tests

# How many forged notices each suite gets, and how many sockets rest:
# make -f xcaddy.mk hostile NOTICES=300000 SOCKETS=10000
NOTICES := 300000
SOCKETS := 10000

hostile: build .build/caddy-sandbox ## forge 300,000 notices of each suite, let 10,000 sockets rest, and time both
	PAYBRIDGE_HOSTILE=$(NOTICES) PAYBRIDGE_SOCKETS=$(SOCKETS) go test -count=1 -v -timeout 5h -run '^TestHostile' ./tests
	go test -run '^$$' -bench 'NoticeTiming' -benchtime 50000x -timeout 2h ./tests
	PAYBRIDGE_BENCH=1 go test -run '^$$' -bench 'Besieged' -timeout 20m ./tests

# How many orders a storm has. make -f xcaddy.mk storm ORDERS=2000
ORDERS := 20000

# How often a soak kills the bridge on each ledger. make -f xcaddy.mk soak KILLS=1000
KILLS := 200

soak: system-packages build ## kill a bridge under load 200 times on each ledger (KILLS=n)
	PAYBRIDGE_SOAK=$(KILLS) go test -count=1 -v -timeout 5h -run '^TestCrash$$' ./tests

storm: system-packages build ## move merchants to and fro under everything at once, over 20,000 orders (ORDERS=n)
	PAYBRIDGE_STORM=$(ORDERS) go test -count=1 -v -timeout 3h -run '^TestStorm$$' ./tests

release: $(RELEASING) ## build binaries, packages and checksums for amd64 and arm64 at .build/release
	@rm -rf .build/release && .ci/release .build/release amd64 arm64
	@ls -l .build/release

clean: ## remove what was built
	rm -rf caddy .build

# xcaddy builds from the module as an operator's own xcaddy would. Go asks its
# proxy whether caddymodule/ is a module of its own; the folder in front of the
# proxy answers "no", also where a proxy only says "forbidden". Where xcaddy
# cannot be had, a plain build of the same packages gives the same modules.
caddy: $(SOURCES)
	@mkdir -p $(PROXY)/$(MODULE)/caddymodule/@v && : > $(PROXY)/$(MODULE)/caddymodule/@v/list
	@$(MAKE) -s -f xcaddy.mk $(TOOLS)/xcaddy && \
	GOPROXY="file://$(CURDIR)/$(PROXY),$$(go env GOPROXY)" \
	CGO_ENABLED=0 XCADDY_GO_BUILD_FLAGS="-trimpath -ldflags '$(LDFLAGS)'" \
	$(TOOLS)/xcaddy build $(CADDY) --output ./caddy \
		--with $(MODULE)/caddymodule --replace $(MODULE)=$(CURDIR) > .build/xcaddy.log 2>&1 \
	|| { echo "xcaddy cannot be had or failed (.build/xcaddy.log); building without it"; $(BUILD) -o caddy ./caddymodule/cmd/caddy; }

.build/caddy-sandbox: $(SOURCES) $(shell find tests/sandbox tests/nameserver tests/cmd/sandbox -name '*.go')
	$(BUILD) -o $@ ./tests/cmd/sandbox

$(TOOLS)/xcaddy: .tools/xcaddy/go.mod
	cd .tools/xcaddy && go build -o $(CURDIR)/$@ github.com/caddyserver/xcaddy/cmd/xcaddy

$(RELEASING) &: .tools/release/go.mod
	cd .tools/release && CGO_ENABLED=0 go build -o $(CURDIR)/$(TOOLS)/ tool

$(TOOLS)/golangci-lint: .tools/lint/go.mod
	cd .tools/lint && CGO_ENABLED=0 go build -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(TOOLS)/govulncheck: .tools/vuln/go.mod
	cd .tools/vuln && CGO_ENABLED=0 go build -o $(CURDIR)/$@ golang.org/x/vuln/cmd/govulncheck

system-packages:
	@.ci/system-packages

promtool:
	@.ci/promtool
