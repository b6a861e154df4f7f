# Everything that a person or CI runs here; `make help` lists it.
# Settings go through as they are: `PIXEL_MIX_TARGET=5000 make build`, or `make build PIXEL_MIX_TARGET=5000`.

VENV ?= .venv
PEERS ?= .venv-peers
PEERS_DEDUP ?= .venv-peers-dedup
WORKERS ?= logical
ARGS ?=
BIN := $(VENV)/bin

export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.DEFAULT_GOAL := help
.PHONY: help build test ui check docs env peers clean distclean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "  ARGS=… is passed on: make build ARGS='corpus --force', make test ARGS='-k mix'"

build: $(VENV)/.runtime ## Environment, then everything that is not up to date (first run: the shipped sample)
	@$(BIN)/pixel build $(ARGS)

test: $(VENV)/.dev ## The tests, on all cores
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal $(ARGS)

ui: $(VENV)/.runtime ## Dagster's UI on the warehouse, at http://127.0.0.1:3000
	@$(BIN)/pixel ui $(ARGS)

check: $(VENV)/.dev ## Lint, types, and that the reference docs say what the code does
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pixel_assets.shell.reference --check

docs: $(VENV)/.runtime ## Write the generated parts of README.md and docs/ anew
	@$(BIN)/python -m pixel_assets.shell.reference

env: $(VENV)/.dev ## The environment with everything for development, in .venv

peers: $(PEERS)/.installed $(PEERS_DEDUP)/.installed ## What benchmarks compare with, in environments of its own (.venv-peers*)

clean: ## Remove caches and build leftovers (never the warehouse)
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find pixel_assets pixel_assets_tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## The same, and the environments
	rm -rf $(VENV) $(PEERS) $(PEERS_DEDUP)

# Each stamp is newer than pyproject.toml once what it asks for is installed, so that nothing is installed twice.
$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	$(call install,.)
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(call install,.[dev])
	@touch $@ $(VENV)/.runtime

# Peers and the product disagree on versions, and so do some peers: each group shares nothing with others but the interpreter.
$(PEERS)/.installed: pyproject.toml | $(BIN)/python
	$(call install_peers,$(PEERS),bench-safety)

$(PEERS_DEDUP)/.installed: pyproject.toml | $(BIN)/python
	$(call install_peers,$(PEERS_DEDUP),bench-dedup)

define install_peers
@test -x $(1)/bin/python || $(BIN)/python -m venv $(1)
@$(BIN)/python -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["$(2)"]))' \
    | $(1)/bin/python -m pip install --progress-bar off -r /dev/stdin
@touch $(1)/.installed
endef

define install
@echo "installing into $(VENV); the first time takes some minutes"
@if command -v uv >/dev/null 2>&1; then uv pip install --python $(BIN)/python -e '$(1)'; \
else $(BIN)/python -m pip install --progress-bar off -e '$(1)'; fi
endef

$(BIN)/python:
	@for python in $(PYTHON) python3.11 python3 python; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; then \
	        if command -v uv >/dev/null 2>&1; then exec uv venv --python "$$python" $(VENV); fi; \
	        exec "$$python" -m venv $(VENV); \
	    fi; \
	done; \
	if command -v uv >/dev/null 2>&1; then exec uv venv --python 3.11 $(VENV); fi; \
	echo "error: no Python 3.11 was found; install it, or name one: make PYTHON=/path/to/python3.11 …" >&2; exit 2
