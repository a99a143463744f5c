# Every target does its own set-up: a machine with Python 3.11+, git and make is enough.
# Another Python has its own environment: make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv$(if $(filter command,$(firstword $(origin PYTHON))),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
ASSETS := saleor_returns_app/web/static/dist/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test smoke check bench migrate docs assets styleguide browser

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 18

demo: $(STAMP) $(ASSETS) ## Try everything: the app, a worker and a stand-in shop
	@$(BIN)/python -m demo up

test: $(STAMP) $(ASSETS) browser ## All tests that need no running Saleor
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup

smoke: $(STAMP) $(ASSETS) ## Drive one return from install to refund over HTTP
	@$(BIN)/python -m demo.smoke

check: $(STAMP) ## Lint, format, types, dependency rule
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP) $(ASSETS) ## Measure; one figure with ONLY=<name>
	@$(BIN)/python -m tests.load $(ONLY)

migrate: $(STAMP) ## Bring the database of RETURNS_DATABASE_URL up to date
	@$(BIN)/python -m saleor_returns_app migrate

docs: $(STAMP) ## Redraw the diagrams and tables that come from the code
	@$(BIN)/python docs/draw.py

assets: $(ASSETS) ## Build the scripts of the pages

styleguide: $(STAMP) $(ASSETS) ## Draw one page with every component, to look at
	@$(BIN)/python frontend/styleguide.py

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; choose one with PYTHON=…" >&2; exit 1; }
	@if ! test -x $(BIN)/python; then \
	  if command -v uv >/dev/null; then uv venv -q --python $(PYTHON) $(VENV); \
	  else $(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; fi; fi
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install -q --disable-pip-version-check uv
	@PATH="$$PATH:$(CURDIR)/$(BIN)" UV_PROJECT_ENVIRONMENT=$(CURDIR)/$(VENV) uv sync -q --frozen --inexact --python $(BIN)/python
	@touch $@

$(ASSETS): $(STAMP) frontend/build.sh frontend/.npmrc $(wildcard frontend/*.json frontend/src/*)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh frontend/build.sh
	@touch $@

browser: $(STAMP)
	@sh tests/e2e/install_browser.sh
