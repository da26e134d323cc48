# Everything from a fresh clone, with nothing but Python 3.11 or later: `make demo`, `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help setup demo lint test test-all bench clean

help:
	@echo "make demo      set up, import the sample, lint, plan, report: what the product does, in a minute"
	@echo "make test      style, types, tests: what has to pass before a change goes in"
	@echo "make test-all  the slow tests as well"
	@echo "make bench     speed, as ratios to hand-written SQL"
	@echo "make clean     away with everything that was made here"

setup: $(READY)

$(READY): pyproject.toml engine/__init__.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/coupler demo demo

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m ''

bench: $(READY)
	$(BIN)/python tests/bench/run.py

clean:
	rm -rf $(VENV) demo bench build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find engine tests samples -name __pycache__ -type d -prune -exec rm -rf {} +
