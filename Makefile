# Every target sets up what it needs; a second call starts in seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ARTICLE ?= seeds/articles/songjiang-etdz.zh.txt
# Any folder with source.zh.txt and reference.*.en.txt; the seed articles by default
SET ?=

.PHONY: help setup brief check test eval bench bench-adapt bench-batch load fidelity clean
help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(READY) ## the environment alone

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "No virtual environment could be made; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

brief: $(READY) ## the English brief of the seed article, with the embedded model
	@$(BIN)/translator brief $(ARTICLE)

check: $(READY) ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: $(READY) ## unit tests, and tests on the embedded model where it can be had
	@$(BIN)/translator models pull >/dev/null || echo "tests that need the embedded model will be skipped" >&2
	$(BIN)/python -m pytest

eval: $(READY) ## the embedded model on the seed articles: report, and the gate against the pinned scores
	$(BIN)/python -m eval run -o reports/seeds
	$(BIN)/python -m eval gate reports/seeds/output.json -o reports/seeds/gate

bench: $(READY) ## engines side by side: speed, memory, load time, BLEU, chrF++
	@$(BIN)/python -m eval bench $(if $(SET),--set $(SET))

load: $(READY) ## 50 clients for a minute at a server with the echo engine: latency, errors, memory
	@$(BIN)/python -m eval load

bench-batch: $(READY) ## batches run again, in small articles, twice as large, in two processes (ENGINE=ctranslate2 ARTICLES=20)
	@$(BIN)/python -m eval bench-batch $(if $(ENGINE),--engine $(ENGINE)) $(if $(ARTICLES),--articles $(ARTICLES))

bench-adapt: $(READY) ## whether `translator adapt` teaches the embedded model a house style; 15 minutes
	@$(BIN)/python -m eval bench-adapt

fidelity: $(READY) ## planted errors that the checks find, and their false alarms
	@$(BIN)/python -m eval planted $(if $(SET),--set $(SET) $(wildcard $(SET)/systems/*.en.txt))

clean: ## remove the environment and caches; models stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis reports
