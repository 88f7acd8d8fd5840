# Everything that is done to this project, by name. `make help` lists it.
# Needs python3 >= 3.11 and make; the rest goes into .venv. Another Python: `make test PYTHON=python3.13`.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
PEER := build/peer/.installed

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo picture test format lint types docs wheel tests bench serve-docs clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED)  ## export a conversation of 5,000 messages from the sandbox and show its end
	@scripts/demo $(BIN)/smstools-async

picture: $(INSTALLED)  ## the terminal of the README anew, as the command draws it
	$(BIN)/smstools-async show --sandbox +5511987654321 -n 6 --utc --svg docs/assets/terminal.svg

test: lint types docs wheel tests  ## all that must hold before a change goes in

format: $(INSTALLED)  ## put the code into shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lint: $(INSTALLED)  ## shape and rules of the code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(INSTALLED)  ## types, by mypy and basedpyright
	$(BIN)/mypy
	$(BIN)/basedpyright

docs: $(INSTALLED)  ## the pages in site/; a broken link or name fails
	$(BIN)/zensical build --clean --strict
	$(BIN)/python scripts/check_links.py site

wheel: $(INSTALLED)  ## the built package, tried in an environment of its own
	@scripts/try-wheel $(BIN)/python

tests: $(INSTALLED)  ## behaviour, examples of the docs, guards; every branch
	$(BIN)/pytest --cov --numprocesses auto

bench: $(INSTALLED) $(PEER)  ## speed beside that of others, into benchmarks/RESULTS.md; QUICK=1 takes a minute
	$(BIN)/pip install --quiet --group bench
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

serve-docs: $(INSTALLED)  ## the pages on a local port, rebuilt as they change
	$(BIN)/zensical serve

clean:  ## remove what was made, .venv too
	rm -rf .venv .cache .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache build demo dist site

# pip 25.1 is the first that knows --group.
$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --editable '.[cli,html,parquet,sandbox,xlsx]' --group dev
	touch $@

# The existing client needs pydantic 1, so it has an environment of its own.
$(PEER):
	$(PYTHON) -m venv build/peer
	build/peer/bin/pip install --quiet smstools-api-client==0.0.10
	touch $@
