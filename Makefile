# Run `make` to see what can be done here.

GO       ?= go
TOOL     := $(GO) tool -modfile=tools/go.mod
VERSION   = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT    = $(shell git rev-parse HEAD 2>/dev/null)
BUILT_AT  = $(shell date -u +%Y-%m-%dT%H:%M:%SZ)
# The time zones come along; of gin, what reads and writes MessagePack does not.
TAGS     := timetzdata,nomsgpack
BIN      := bin/ticketbell
LDFLAGS   = -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.builtAt=$(BUILT_AT)

# Packages that keep golden files, and those with benchmarks, as far as they exist.
GOLDEN := $(wildcard cards bot/feishu bot/wecom mail channels)
BENCH  := $(wildcard bench store)

.DEFAULT_GOAL := help
.PHONY: help check fmt lint tidy links test e2e golden demo screenshots bench faults speed pages build clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: fmt tidy links lint ## Look for what a reviewer should not have to: format, modules, links, vet, linters, floor plan

fmt: # fails when gofumpt would write a file differently, and names it
	@unformatted=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not gofumpt'ed (run: $(TOOL) gofumpt -w .):"; echo "$$unformatted"; exit 1; fi

tidy: # fails when go.mod or go.sum would change, and shows how
	$(GO) mod tidy -diff

links: # fails when a link in a Markdown file leads nowhere
	@$(GO) run ./scripts/doclinks

lint:
	$(GO) vet ./...
	$(TOOL) golangci-lint run ./...

test: ## Run every test with the race detector; installs and starts what they need (PKG=./store/... for some)
	@scripts/test.sh $(or $(PKG),./...)

e2e: ## Play the stories against the real binary
	@scripts/test.sh ./e2e/...

golden: ## Write the golden files anew; then read the diff as the person who gets the card
	$(GO) test $(GOLDEN:%=./%) -run Golden -update
	@git --no-pager diff --stat -- $(GOLDEN) docs/codes.md

demo: ## Try it: everything on this machine, three simulated devices, no account anywhere
	$(GO) run ./cmd/bot demo

screenshots: ## Take the pictures of docs/screenshots anew; then look at each of them
	@$(GO) run ./scripts/screenshots

bench: ## Measure what the packages promise, on SQLite and on a PostgreSQL and a Redis of its own
	@scripts/servers.sh $(GO) test -run '^$$' -bench . -benchmem $(BENCH:%=./%/...)

faults: ## Break what can be broken while 1,000 events go out, and count what is lost or told twice (ROW=name for some)
	@scripts/deps.sh
	@$(GO) run ./bench/faults $(if $(ROW),-row "$(ROW)")

speed: ## Measure how fast events become messages, beside a bare loop of the same requests
	@$(GO) run ./bench/speed

pages: ## Measure the administrator's pages with 100,000 deliveries on record: how long each takes, what a visit weighs
	@scripts/deps.sh
	@$(GO) run ./bench/pages

build: ## Build bin/ticketbell, one static file
	CGO_ENABLED=0 $(GO) build -buildvcs=false -trimpath -tags $(TAGS) -ldflags "$(LDFLAGS)" -o $(BIN) ./cmd/bot

clean: ## Remove what was built; your data stays
	rm -rf bin coverage.out
