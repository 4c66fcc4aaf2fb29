# Each target is one line that you can type yourself. PYTHON chooses the interpreter, 3.11 or newer.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready
# The queries of TPC-DS, which a test reads as text; by itself it would bring an older DuckDB along.
TPCDS = duckdb-extension-tpcds==1.5.5
PIP = $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input

.PHONY: setup judge test goldens lint types docs check bench demo build

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 $(or $(MAKECMDGOALS),setup)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install -e '.[dev]'
	@$(PIP) install --no-deps '$(TPCDS)' || echo "$(TPCDS) cannot be had here: the test of its queries is skipped"
	@touch $@

test: lint types $(READY)
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python -m pytest -n auto

goldens: $(READY)
	@$(BIN)/python -m pytest -n auto --update-goldens

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo

types: $(READY)
	@$(BIN)/mypy

docs: $(READY)
	@$(BIN)/python docs/generate.py

check: test

bench: $(READY)
	@$(BIN)/python -m bench.run

judge: $(READY)
	@$(BIN)/python -m tests.judge

demo: $(READY)
	@$(BIN)/guardian demo

build: $(READY)
	@$(BIN)/python -m build
