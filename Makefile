# `make run` opens the editor and `make test` checks everything; both set up what they need first.

# The first of these that is new enough makes the virtual environment; `make run PYTHON=...` picks.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
# What the editor is started with: make run ARGS="notes.txt"
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check

# A virtual environment knows its own path and its Python's: one that was moved, whose Python is
# gone, or whose set-up was interrupted is made anew.
WHOLE := $(shell test "$$(cat $(VENV)/home 2>/dev/null)" = "$(CURDIR)" \
	&& test ! -e $(VENV)/unfinished && $(BIN)/python -c "import pip" 2>/dev/null && echo yes)

# tests/tui/browser.py looks for the same names; CHROMIUM names another program.
BROWSERS := chromium chromium-browser chrome-headless-shell google-chrome google-chrome-stable chrome
HAS_BROWSER = for name in $${CHROMIUM:-$(BROWSERS)}; do \
	command -v "$$name" >/dev/null && break; done

.DEFAULT_GOAL := help
.PHONY: help run test setup lint format check-types contracts pytest browser wheel picture \
	checkpoints cards lock clean again

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

run: $(VENV)/run ## open the editor: make run ARGS="notes.txt"
	@$(BIN)/charlm-tui $(ARGS)

test: lint check-types contracts pytest ## all checks and tests

setup: $(VENV)/dev ## only set up, for running and for developing

lint: $(VENV)/dev ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check-types: $(VENV)/dev ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/dev ## which part may import which
	$(BIN)/lint-imports

pytest: $(VENV)/dev ## the tests alone
	@$(HAS_BROWSER) || echo "No Chromium found, and some tests need one: make browser installs it" >&2
	$(BIN)/pytest --numprocesses 2 --dist worksteal

browser: ## install Chromium, which some tests open a page with, where there is none; uses apt
	@$(HAS_BROWSER) || { \
		command -v apt-get >/dev/null \
			|| { echo "no Chromium and no apt-get here: install Chromium by hand" >&2; exit 1; }; \
		echo "Installing Chromium for the tests"; \
		test "$$(id -u)" = 0 || root=sudo; \
		$$root apt-get -qq update >/dev/null || true; \
		DEBIAN_FRONTEND=noninteractive $$root apt-get -qq install -y --no-install-recommends \
			chromium >/dev/null; \
		$(HAS_BROWSER) || { echo "apt-get brought no Chromium: install it by hand" >&2; exit 1; }; \
	}

format: $(VENV)/dev ## put the sources into ruff's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

wheel: $(VENV)/dev ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

picture: $(VENV)/dev ## take the pictures of the app in the README anew
	$(BIN)/python -m docs.picture

# Where the corpora are, which of the models to make, and what to put over their recipes:
# make checkpoints DATA=corpora ONLY=russian TRAIN="--hidden 512"
DATA ?= corpora
checkpoints: $(VENV)/dev ## train the shipped models: make checkpoints DATA=corpora ONLY=english
	$(BIN)/python -m docs.checkpoints $(ONLY) --data "$(DATA)" -- $(TRAIN)

# How many figures are measured at once, and which of them once more:
# make cards DATA=corpora JOBS=2 ANEW="bench eval"
JOBS ?= 1
cards: $(VENV)/dev ## measure the shipped models, and write their cards and the README's table
	$(BIN)/python -m docs.cards $(ONLY) --data "$(DATA)" --jobs $(JOBS) $(if $(ANEW),--anew $(ANEW))

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/home: $(if $(WHOLE),,again)
	@for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "$$python lacks its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; \
			exit 1; }; \
		echo "Setting up in $(VENV), once ($$("$$python" --version))"; \
		rm -rf $(VENV) && "$$python" -m venv $(VENV) && echo "$(CURDIR)" > $@; \
		exit; \
	done; \
	echo "charlm-tui needs Python 3.11 or newer; found none as: $(PYTHON)" >&2; \
	exit 1

again:

# The stamps change when the set-up is done; `unfinished` stays behind when it is not.
$(VENV)/run: requirements.lock pyproject.toml $(VENV)/home
	@touch $(VENV)/unfinished
	$(INSTALL) -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@rm $(VENV)/unfinished
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	@touch $(VENV)/unfinished
	$(INSTALL) -r requirements-dev.lock
	@rm $(VENV)/unfinished
	@touch $@

# The PyTorch that the shipped checkpoints are trained with and the Textual the editor is built on.
PINNED := torch==2.13.0 textual==8.2.8
COMPILE = $(BIN)/pip-compile --quiet --strip-extras --annotation-style line --no-header \
	--unsafe-package pip --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--no-emit-options --build-deps-for editable --extra train \
	$(UPGRADE) $(PINNED:%=--upgrade-package %)
# What differs between machines stays out: which build of PyTorch, the CUDA libraries of some builds.
PORTABLE := -e '/^(\#|$$)/d' -e '/^(nvidia-|cuda-|triton=)/d' \
	-e 's/^(torch==[^+ ]*)\+[^ ]*/\1/' -e 's/ +\# via/  \# via/'

lock: $(VENV)/dev ## renew the lock files; UPGRADE=--upgrade takes the newest versions
	grep == requirements.lock > $(VENV)/run.lock
	grep == requirements-dev.lock > $(VENV)/dev.lock
	$(COMPILE) --output-file $(VENV)/run.lock pyproject.toml
	$(COMPILE) --extra dev -c $(VENV)/run.lock --output-file $(VENV)/dev.lock pyproject.toml
	for name in run dev; do sed -E $(PORTABLE) $(VENV)/$$name.lock > $(VENV)/$$name.pins; done
	{ grep '^#' requirements.lock; cat $(VENV)/run.pins; } > $(VENV)/new.lock
	mv $(VENV)/new.lock requirements.lock
	{ grep -e '^#' -e ^-r requirements-dev.lock; grep -v -e '-c $(VENV)' $(VENV)/dev.pins; } \
		> $(VENV)/new.lock
	mv $(VENV)/new.lock requirements-dev.lock
