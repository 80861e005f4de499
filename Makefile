# Every target works from a fresh clone on Debian with python3 (3.11 or newer), make and apt.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PIP_NO_INPUT := 1

# The requirements name every package that is needed, so pip installs just these (--no-deps) and looks for no others: an
# older pip would find a newer release of one of them and refuse it for want of a hash. `pip check` proves that none is missing.

# What each stamp stands for: the environment holds exactly what these files name.
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
VALIDATOR := .venv-validator/.installed
CATALOGUES := $(wildcard src/kinkeeper/locale/*/LC_MESSAGES/*.po src/kinkeeper/*/locale/*/LC_MESSAGES/*.po)

TEST_PACKAGES := chromium faketime fonts-dejavu-core gettext poppler-utils postgresql

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kinkeeper needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tools/system_packages.sh python3-venv
	@$(PYTHON) -m venv .venv

$(RUN): requirements.txt requirements-build.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Kinkeeper needs to run"
	@$(PIP) install --no-deps --require-hashes -r requirements.txt -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	@echo "Installing what testing needs"
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip check
	@touch $@

.venv/.translations: tools/translations.py $(CATALOGUES) | $(RUN)
	@$(BIN)/python -m tools.translations compile
	@touch $@

.PHONY: demo
demo: $(RUN) .venv/.translations ## Make the demo association and serve it (ARGS="--children 500 --no-serve")
	@$(BIN)/kinkeeper demo $(ARGS)

.PHONY: setup
setup: $(DEV) .venv/.translations ## Install everything that demo and tests need
	@tools/system_packages.sh $(TEST_PACKAGES)

.PHONY: test
test: setup ## Run every check and every test, on SQLite and PostgreSQL (ARGS="--only mypy,journeys")
	@$(BIN)/python -m tools.checks $(ARGS)

.PHONY: lint
lint: $(DEV) .venv/.translations ## Run the checks that need no database and no browser
	@$(BIN)/python -m tools.checks --only style,format,templates,types,floors $(ARGS)

.PHONY: format
format: $(DEV) ## Format code and templates, mend what can be mended
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python -m tools.templates --write

.PHONY: translations
translations: setup ## Bring the catalogues up to date with the code
	@$(BIN)/python -m tools.translations update

.PHONY: docs
docs: $(DEV) .venv/.translations ## Write the generated reference pages
	@test -f tools/docs.py || { echo "tools/docs.py does not exist yet, so there is nothing to generate." >&2; exit 1; }
	@$(BIN)/python -m tools.docs $(ARGS)

.PHONY: bench
bench: setup ## Measure pages and imports on both databases and write the figures (ARGS="--sizes 1000")
	@test -f bench/run.py || { echo "bench/run.py does not exist yet, so nothing can be measured." >&2; exit 1; }
	@$(BIN)/python -m bench.run $(ARGS)

.PHONY: bench-great
bench-great: setup ## Measure with a million persons and sixteen people at once, which takes hours (ARGS="--persons 10000")
	@$(BIN)/python -m bench.great $(ARGS)

$(VALIDATOR): requirements-validator.txt
	@$(PYTHON) -m venv .venv-validator
	@.venv-validator/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r requirements-validator.txt
	@.venv-validator/bin/python -m pip check
	@touch $@

.PHONY: check-long
check-long: setup $(VALIDATOR) ## Run the long proofs: kills, power cuts, a full disk, drills, round trips, the SSDA903 validator
	@test -f tools/check_long.sh || { echo "tools/check_long.sh does not exist yet, so nothing can be proved." >&2; exit 1; }
	@tools/check_long.sh $(ARGS)

.PHONY: clean
clean: ## Remove everything that a fresh clone would not have (not the data folder)
	@tools/postgres.sh remove 2>/dev/null || true
	@tools/postgres.sh remove --durable 2>/dev/null || true
	@rm -rf .venv .venv-validator .postgres build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
