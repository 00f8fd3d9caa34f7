# Everything a person types: run · test · check · bench. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON := $(firstword $(foreach name,python3.11 python3.12 python3,$(shell command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys; raise SystemExit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && command -v $(name))))
REQUIREMENTS ?= cpu
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --no-input
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform
export DJANGO_SETTINGS_MODULE := config.settings

.PHONY: help run test check static lint types imports tests browser slow bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

$(VENV)/.made:
	@[ -n "$(PYTHON)" ] || { echo "Redoubt needs Python 3.11 or 3.12 on the PATH."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) && touch $@

$(VENV)/.torch: requirements/torch.txt | $(VENV)/.made
	@echo "Installing PyTorch"
	@$(PIP) -r requirements/torch.txt && touch $@

$(VENV)/.installed-%: requirements/%.txt $(VENV)/.torch
	@echo "Installing what requirements/$*.txt locks"
	@$(PIP) --no-deps --require-hashes -r $< && $(PY) -m pip --disable-pip-version-check check >/dev/null && touch $@

run: $(VENV)/.installed-$(REQUIREMENTS) ## start Redoubt with the demo company (DOCS=folder, PORT=8000, CHAT_BASE_URL=…)
	@exec $(PY) manage.py run

check: test slow ## everything that CI runs

static: lint types imports ## what needs no service: ruff, mypy, the import rules

lint: $(VENV)/.installed-dev
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .

types: $(VENV)/.installed-dev
	@$(VENV)/bin/mypy

imports: $(VENV)/.installed-dev
	@$(VENV)/bin/lint-imports

test: static tests ## ruff, mypy, the import rules and every test

browser: $(VENV)/.installed-dev
	@$(PY) -m tests.chromium

tests: $(VENV)/.installed-dev browser
	@$(PY) -m pytest -m "not slow"

slow: $(VENV)/.installed-dev browser ## the suites that take minutes: a first run from nothing, lock files
	@$(PY) -m pytest -m slow

bench: $(VENV)/.installed-dev ## the figures, as ratios measured in one run
	@$(PY) -m tests.benchmarks

CUDA := $(shell grep -oE '^(nvidia-[a-z0-9-]+|cuda-[a-z]+|triton)' requirements/cuda.txt | sort -u)
COMPILE := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet

lock: $(VENV)/.installed-dev ## resolve the lock files anew
	@$(COMPILE) pyproject.toml -o requirements/cuda.txt
	@$(COMPILE) $(addprefix --no-emit-package ,$(CUDA)) pyproject.toml -o requirements/cpu.txt
	@$(COMPILE) $(addprefix --no-emit-package ,$(CUDA)) pyproject.toml --group dev -o requirements/dev.txt
	@echo vllm | $(VENV)/bin/uv pip compile - --python-version 3.12 --python-platform x86_64-manylinux_2_28 --generate-hashes --no-header --quiet -o requirements/vllm.txt

clean: ## remove the environment; the data in var/ stays
	@rm -rf $(VENV)
