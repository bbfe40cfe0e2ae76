# Each target is one line that a person could type. `make` alone lists them.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup run watch test test-rust test-browser check fmt generated schema docs-config docs-metrics graphiql graphiql-check release bench coverage clean

# Arguments for the program or the test runner: make run ARGS="--listen 127.0.0.1:4000"
ARGS :=

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: ## Install what building and testing need
	@scripts/setup.sh check

run: ## Build Latchkey and run it; ARGS go to `latchkey serve`
	@scripts/run.sh $(ARGS)

watch: ## Run it unoptimised, and again after each change
	@scripts/watch.sh $(ARGS)

test: ## Run all tests
	@scripts/test.sh

test-rust: ## Run the Rust tests; ARGS choose among them
	@scripts/test.sh rust $(ARGS)

test-browser: ## Run the browser tests; ARGS choose among them
	@scripts/test.sh browser $(ARGS)

check: ## Format, lints, docs, generated files, sizes, dependencies
	@scripts/check.sh

fmt: ## Format the Rust code
	@. scripts/env.sh && cargo fmt --all

generated: schema docs-config docs-metrics ## Write every generated file

schema: ## Write server/schema.graphql
	@scripts/generate.sh schema

docs-config: ## Write docs/configuration.md
	@scripts/generate.sh docs-config

docs-metrics: ## Write docs/metrics.md
	@scripts/generate.sh docs-metrics

graphiql: ## Bundle the GraphQL explorer into public/graphiql
	@cd graphiql && npm ci && npm run build

graphiql-check: ## Bundle it again and compare
	@cd graphiql && npm ci && npm run check

release: ## Build what users get, as build/latchkey
	@scripts/setup.sh run && scripts/build.sh

bench: ## Measure it under load
	@scripts/setup.sh run && scripts/build.sh && bench/run.sh $(ARGS)

coverage: ## Measure what the Rust tests run
	@scripts/coverage.sh

clean: ## Remove what was built here; the cache of tools and dependencies stays
	@rm -rf build end2end/test-results
