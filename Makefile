# Everything a stranger needs: each target does its own set-up first, and is quick the second time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help up test coverage proof bench

PYTHON ?=
ARGS ?=
export PYTHON

help: ## say what can be made
	@echo "make TARGET [ARGS='...']"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

up: ## run the home with its demo house; ARGS go to `homeserver up`, without --demo if given, even empty
	@bash .ci/setup.sh home
	@exec .venv/bin/homeserver up $(if $(filter file,$(origin ARGS)),--demo,$(ARGS))

test: ## check and test everything; ARGS go to pytest
	@bash .ci/setup.sh test
	@exec bash .ci/check.sh $(ARGS)

coverage: ## which lines the tests reach (half as long again as the tests alone); ARGS go to pytest
	@bash .ci/setup.sh test
	@exec .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile --cov --cov-report=term $(ARGS)

proof: ## the long tests in full: kills, fuzz, matrices (about an hour); ARGS go to pytest
	@bash .ci/setup.sh test
	@HOMESERVER_PROOF=1 exec .venv/bin/python -m pytest -m proof $(ARGS)

bench: ## measure; PEERS=1 measures the other platforms in the same run
	@bash .ci/setup.sh test
	@exec .venv/bin/python -m tests.bench $(ARGS)
