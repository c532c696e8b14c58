# Every entry point; `make` alone lists them. What is missing is installed under
# .tools/ and node_modules/, once.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.PHONY: help dev example test test-native test-worker test-package hostile build package site deploy tool bench bench-policies load fuzz mutants lint style format clean prerequisites

# The Node that wrangler needs is among the packages.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export WRANGLER_SEND_METRICS := false
# A wrangler starts in three quarters of the time where V8 finds what it compiled the last time.
export NODE_COMPILE_CACHE := $(CURDIR)/target/node-compile-cache

# wasm-bindgen's command goes with its crate.
version_of = $(shell awk '/^name = "$(1)"$$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
WASM_BINDGEN := .tools/wasm-bindgen-$(call version_of,wasm-bindgen)
# For `make fuzz` and `make mutants`.
CARGO_FUZZ := .tools/cargo-fuzz-0.13.2
CARGO_MUTANTS := .tools/cargo-mutants-27.1.0
PACKAGES := node_modules/.package-lock.json
WASM_TARGET := .tools/wasm32-unknown-unknown
CHROMIUM_LINK := .tools/chromium
SERVERS := .tools/servers
PYTHON_PACKAGES := .tools/python/installed
NEXTJS := .tools/nextjs/.next/BUILD_ID
FRAMEWORKS := .tools/frameworks/node_modules/.package-lock.json
PACKAGE := target/package/made

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

# `make dev PORT=… STATE=… UPSTREAM=…`: another port, another directory for the local KV, and a server of
# one's own, as in http://localhost:3000.
PORT =
STATE =
UPSTREAM =

dev: build target/page/tool.js ## the playground on http://localhost:8788: the Worker in front of a Socket.IO server, or of UPSTREAM=…
	@node scripts/dev.js $(PORT:%=--port %) $(STATE:%=--persist-to %) $(UPSTREAM:%=--upstream %)

# `make example NAME=… PORT=…`: which of examples/, and the first of four ports.
NAME = react

example: $(PACKAGE) $(if $(filter flask,$(NAME)),$(PYTHON_PACKAGES)) ## an app with the Worker in front of its server: NAME=react, flask, esp32 or multi-tenant
	@mkdir -p examples/$(NAME)/node_modules/.bin
	@ln -sfn ../../../target/package/socketio-cors-edge examples/$(NAME)/node_modules/socketio-cors-edge
	@ln -sfn ../socketio-cors-edge/bin/socketio-cors.js examples/$(NAME)/node_modules/.bin/socketio-cors
	@cd examples/$(NAME) && $(PORT:%=PORT=%) PYTHON=$(CURDIR)/.tools/python/bin/python npm start --silent

test: test-native test-worker test-package ## every test

# Without MAKEFLAGS, as rustdoc warns of a jobserver that `make --jobs` does not hand on.
test-native: prerequisites ## the native tests: of the core, of its explanations, and of the tool
	MAKEFLAGS= cargo test --quiet --locked --workspace

# The end-to-end tests are in two parts, as what the second needs is compiled by one core for minutes: with
# `make --jobs`, the first runs meanwhile.
TEST_FILES := node --test --test-concurrency=4 --test-reporter=spec --test-timeout=600000
OF_PACKAGE := docs examples package playground site
OF_WORKER := $(filter-out $(OF_PACKAGE),$(patsubst tests/%/,%,$(sort $(dir $(wildcard tests/*/*.test.js)))))
SERVED := $(CHROMIUM_LINK) $(SERVERS) $(PYTHON_PACKAGES) $(NEXTJS) $(FRAMEWORKS)
# Of the whole workspace, as `make test-native` builds it: with the same features. It builds the tool too.
TEST_TOOL := MAKEFLAGS= cargo test --quiet --locked --workspace --test cli

test-worker: build target/panicking/index.js $(SERVED) ## the end-to-end tests of the Worker and of cargo's tool
	$(TEST_TOOL) --no-run
	$(TEST_FILES) $(OF_WORKER:%='tests/%/*.test.js')

test-package: site $(PACKAGE) $(SERVED) ## the end-to-end tests of the npm package, the playground, the site, the documents and the examples
	SOCKETIO_CORS_COMMAND="node $(CURDIR)/target/package/socketio-cors-edge/bin/socketio-cors.js" $(TEST_TOOL)
	$(TEST_FILES) $(OF_PACKAGE:%='tests/%/*.test.js')

# `make hostile SEED=…`: what chance made up when it failed.
SEED =

hostile: build ## attack the Worker for some minutes; `make test` does so for seconds
	HOSTILE=long $(SEED:%=SEED=%) node --test --test-reporter=spec 'tests/security/hostile-*.test.js'

build: build/index.js ## build/index.js and its Wasm

package: $(PACKAGE) ## the npm package, in target/package/

# `make site SITE_URL=https://…`: where it will be, which the pictures of links to it need.
SITE_URL =

site: target/page/tool.js ## the checker and explainer as static files, in target/site/
	SITE_URL='$(SITE_URL)' node scripts/build-site.js target/site

# `make deploy ARGS='--env staging'`: what else to tell wrangler.
ARGS =

deploy: $(PACKAGES) ## upload the Worker
	wrangler deploy $(ARGS)

tool: prerequisites ## install socketio-cors, which checks, explains and publishes policies, and examines deployments
	cargo install --locked --path crates/cli

bench: build $(SERVERS) ## compare the Worker with plain ones, Hono and nginx; takes ten minutes
	node bench/compare.js

bench-policies: build ## measure large policies, faulty ones, edits, and tenants, on workerd; takes ten minutes
	node bench/large-lists.js
	node bench/bad-documents.js
	node bench/edits.js
	node bench/tenants.js

# `make load LOAD_SECONDS=…`: for how long.
LOAD_SECONDS = 300

load: build ## 1,500 Socket.IO clients through one workerd, and as many through a bare one: losses, CPU, memory
	node bench/load.js --seconds $(LOAD_SECONDS)

# `make fuzz FUZZ_SECONDS=…`: for how long, each of the targets.
fuzz: $(CARGO_FUZZ) ## fuzz the core, ten minutes a target
	scripts/fuzz.sh

# `make mutants ARGS='--file crates/core/src/decision/grant.rs'`: one file of them.
# The directory keeps the dependencies from one run to the next, which is in another copy of the tree.
mutants: $(CARGO_MUTANTS) ## break the core in a thousand places, one at a time, and list what no test notices; takes hours
	CARGO_TARGET_DIR=$(CURDIR)/target/mutants .tools/bin/cargo-mutants mutants --package socketio-cors-core --profile mutants --output target $(ARGS)

lint: style $(WASM_TARGET) ## what CI checks besides the tests; it has Clippy read what it compiles for them
	cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
	cargo clippy --quiet --locked --target wasm32-unknown-unknown --package socketio-cors-edge --package socketio-cors --package socketio-cors-playground -- -D warnings

style: $(PACKAGES)
	cargo fmt --all --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	biome ci --colors=off --error-on-warnings

format: $(PACKAGES) ## lay out all code
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml
	biome check --write

clean: ## forget everything that was built or installed here
	rm -rf .tools .wrangler build node_modules target

# What the Wasm is built from: the Worker's, and the playground's. Compiled one after the other, as cargo
# would have the second wait for the first.
CORE := $(shell find crates/core/src -type f) crates/core/Cargo.toml Cargo.toml Cargo.lock
COMPILED := $(CORE) $(shell find src -type f -name '*.rs') scripts/compile-worker.sh scripts/compile-wasm.sh
PLAYGROUND := $(CORE) $(shell find crates/explain crates/playground -type f) scripts/build-playground.sh scripts/compile-wasm.sh

# Apart from what needs wasm-bindgen: with `make --jobs` that is compiled meanwhile.
target/compiled/worker.wasm: $(COMPILED) | $(WASM_TARGET)
	@echo "→ compiling the Worker"
	scripts/compile-worker.sh $@

build/index.js: target/compiled/worker.wasm $(shell find src/js -type f) scripts/build.sh | $(PACKAGES) $(WASM_BINDGEN)
	@echo "→ building the Worker"
	scripts/build.sh $< $(@D) full
	@touch $@

# The same with a way to make it panic. With the same profile, as its crates are compiled already.
target/compiled/panicking.wasm: target/compiled/worker.wasm
	@echo "→ compiling the Worker that a test has panic"
	scripts/compile-worker.sh $@ panic-on-request

target/panicking/index.js: target/compiled/panicking.wasm build/index.js
	scripts/build.sh $< $(@D) quick
	@touch $@

# The first tests wait for that one.
FIRST := target/compiled/worker.wasm $(if $(filter test test-worker,$(MAKECMDGOALS)),target/compiled/panicking.wasm)

# The tool's code for the page of `make dev`, and for the site.
target/page/tool.js: $(PLAYGROUND) | $(FIRST) $(PACKAGES) $(WASM_BINDGEN)
	@echo "→ building the playground"
	scripts/build-playground.sh $(@D)
	@touch $@

# The tool for Node.
CLI := $(CORE) $(shell find crates/explain crates/cli/src -type f) crates/cli/Cargo.toml scripts/build-npm-tool.sh scripts/compile-wasm.sh
target/npm-tool/socketio_cors.js: $(CLI) | target/page/tool.js
	@echo "→ building the tool for Node"
	scripts/build-npm-tool.sh $(@D)
	@touch $@

PACKAGED := $(shell find npm template playground demo -type f) docs/troubleshooting.md policy.schema.json cases.schema.json LICENSE scripts/build-package.js scripts/licences.js
$(PACKAGE): build/index.js target/npm-tool/socketio_cors.js target/page/tool.js $(PACKAGED) | $(PACKAGES)
	node scripts/build-package.js
	@touch $@

# With the system's Node, as the one among the packages is replaced as well.
$(PACKAGES): export PATH := $(subst $(CURDIR)/node_modules/.bin:,,$(PATH))
$(PACKAGES): package.json package-lock.json | prerequisites
	@echo "→ installing the npm packages of package-lock.json into node_modules/"
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WASM_TARGET): | prerequisites
	@echo "→ adding Rust's WebAssembly target"
	rustup target add wasm32-unknown-unknown
	@mkdir -p $(@D) && touch $@

# From source, as their ready-made binaries are not on crates.io.
.tools/wasm-bindgen-%: scripts/wasm-bindgen/main.rs | prerequisites
	@scripts/install-tool.sh $@ --path scripts/wasm-bindgen

.tools/cargo-fuzz-%: | prerequisites
	@scripts/install-tool.sh $@ --version $* cargo-fuzz

.tools/cargo-mutants-%: | prerequisites
	@scripts/install-tool.sh $@ --version $* cargo-mutants

$(CHROMIUM_LINK): | $(PACKAGES)
	@scripts/install-chromium.sh $@

$(SERVERS):
	@scripts/install-servers.sh nginx apache2 haproxy caddy redis-server

$(PYTHON_PACKAGES): tests/harness/python/requirements.txt
	@scripts/install-python.sh $(@D) $<
	@touch $@

$(NEXTJS): $(shell find tests/socketio/nextjs -type f) | $(PACKAGES)
	@scripts/build-nextjs.sh .tools/nextjs

$(FRAMEWORKS): tests/doctor/frameworks/package.json tests/doctor/frameworks/package-lock.json | $(PACKAGES)
	@echo "→ installing web frameworks into .tools/frameworks, for the tests"
	@mkdir -p .tools/frameworks
	@cp $^ .tools/frameworks/
	cd .tools/frameworks && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

prerequisites:
	@scripts/check-prerequisites.sh
