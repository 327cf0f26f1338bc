# `make demo` shows the main job, `make test` runs the tests; both set everything up themselves.

# The first suitable Python; choose another with: make PYTHON=/path/to/python3
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(USABLE)' 2>/dev/null && echo $$python && break; done),python3)
BIN := .venv/bin

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' $(MAKEFILE_LIST) | \
		while read -r target purpose; do printf 'make %-12s %s\n' "$$target" "$$purpose"; done

.PHONY: set-up
set-up: ## install the program into .venv, if it is missing or outdated
	@command -v "$(PYTHON)" >/dev/null || { echo "set-up: guidang needs CPython 3.11 or newer, and" \
		"$(PYTHON) is not there: install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" .ci/set_up.py

.PHONY: set-up-tests
set-up-tests: set-up ## add the libraries of the tests to .venv
	@"$(PYTHON)" .ci/set_up.py tests

.PHONY: demo
demo: set-up ## show everything on sample feeds, without the network
	@$(BIN)/guidang demo

.PHONY: test
test: set-up-tests ## run the tests, on SQLite and on a real PostgreSQL, with a real Hexo
	@$(BIN)/pytest

.PHONY: conformance
conformance: set-up-tests ## fetch public suites, and hold the readers against their floors
	@$(BIN)/python -m tests.conformance.fetch .cache/suites
	@GUIDANG_CORPORA=.cache/suites $(BIN)/pytest -n 1 tests/conformance -k "feedparser or plain or parts"

.PHONY: test-long
test-long: set-up-tests ## run the tests that take longer than a minute
	@$(BIN)/pytest -n 2 -m long

.PHONY: test-deploy
test-deploy: set-up-tests ## run the tests that need root, a container engine or systemd
	@$(BIN)/pytest -n 0 -m deploy

.PHONY: test-without-shortcuts
test-without-shortcuts: set-up-tests ## run the tests of reading with feedparser and the full cleaner alone
	@$(BIN)/pytest -n 2 -m "long or not long" tests/test_without_shortcuts.py

.PHONY: bench
bench: set-up-bench ## compare with the library `reader` on 300 feeds (2 minutes)
	@$(BIN)/python -m benchmarks

.PHONY: bench-full
bench-full: set-up-bench ## more rounds, 3,000 feeds, PostgreSQL, growth, search, exports (an hour)
	@$(BIN)/python -m benchmarks --rounds 3
	@$(BIN)/python -m benchmarks --index
	@$(BIN)/python -m benchmarks --feeds 3000
	@$(BIN)/python -m benchmarks --postgresql --alone
	@$(BIN)/python -m benchmarks.growth
	@$(BIN)/python -m benchmarks.transports
	@$(BIN)/python -m benchmarks.readers
	@$(BIN)/python -m benchmarks.search
	@$(BIN)/python -m benchmarks.exports
	@$(BIN)/python -m benchmarks.outputs hexo hugo jekyll
	@$(BIN)/python -m benchmarks.likeness
	@$(BIN)/python -m benchmarks.linking

.PHONY: set-up-bench
set-up-bench: set-up-tests ## add the libraries of the benchmarks to .venv
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r benchmarks/requirements.lock

.PHONY: lint
lint: set-up-tests ## check format, style, types and imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: set-up-tests ## format all files
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: messages
messages: set-up-tests ## bring the Chinese catalogues up to date, and list what lacks a translation
	@$(BIN)/python .ci/messages.py

.PHONY: lock
lock: set-up-tests ## update the locked versions of all dependencies
	@$(BIN)/python .ci/lock.py

.PHONY: clean
clean: ## remove what the other targets have made
	@rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
