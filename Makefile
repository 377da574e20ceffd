# `make run` opens the studio, `make test` runs everything that is checked. Both set up what they
# need first: a virtual environment, the Python packages, the system libraries of Qt and VTK.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
OUT := out
# More arguments for pytest, e.g. make test PYTEST="-k lattice -x"
PYTEST ?=
BENCHMARK ?= tests/benchmarks/benchmark_extraction.py

# A stamp is as old as the environment is: newer requirements make it stale.
REQUIREMENTS := pyproject.toml .setup/constraints.txt .setup/python-packages.sh
FOR_RUN := $(VENV)/.ready-to-run
FOR_TESTS := $(VENV)/.ready-to-test

XVFB := xvfb-run -a -s "-screen 0 1440x900x24"

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(FOR_RUN) ## open the studio; without a display, write meshes and pictures to out/
	@.setup/system-packages.sh
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ] || [ "$$(uname -s)" = Darwin ]; then \
	    exec $(BIN)/python -m occstudio; \
	else \
	    echo "no display here: the same work without a window, into $(OUT)/"; \
	    exec $(BIN)/occstudio demo --out $(OUT); \
	fi

.PHONY: test
test: check ## set up, check, and run the whole suite, the window included (under Xvfb)
	.setup/run-tests.sh $(PYTEST)

.PHONY: check
check: setup ## lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pyright

.PHONY: format
format: setup ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: screenshots
screenshots: setup ## pictures of the window, both themes, at 100 % and 200 %
	@mkdir -p $(OUT)/screenshots
	xvfb-run -a -s "-screen 0 3200x2000x24" $(BIN)/python -m occstudio.gui.screenshots $(OUT)/screenshots

.PHONY: translations
translations: setup ## collect what the window says, for the languages beside English
	$(BIN)/python .setup/translations.py

.PHONY: benchmark
benchmark: setup ## the engine against dense and published multiresolution extraction
	$(XVFB) $(BIN)/python $(BENCHMARK)

.PHONY: setup
setup: $(FOR_TESTS) ## everything that tests and development need
	@.setup/system-packages.sh --tests

.PHONY: hooks
hooks: setup ## run the checks on each commit
	$(BIN)/pre-commit install

.PHONY: pins
pins: setup ## write the versions now installed to .setup/constraints.txt
	.setup/pins.sh

.PHONY: clean
clean: ## remove what was made, the virtual environment included
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find occstudio tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The system libraries come first: without python3-venv there is no environment to make.
$(FOR_RUN): $(REQUIREMENTS)
	@python=$$(.setup/find-python.sh) && .setup/system-packages.sh --python "$$python"
	@echo "installing OccStudio into $(VENV) (once; some minutes)"
	@.setup/python-packages.sh
	@touch $@

$(FOR_TESTS): $(REQUIREMENTS)
	@python=$$(.setup/find-python.sh) && .setup/system-packages.sh --tests --python "$$python"
	@echo "installing OccStudio and its tools into $(VENV) (once; some minutes)"
	@.setup/python-packages.sh dev
	@touch $(FOR_RUN) $@
