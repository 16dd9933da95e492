# Needs Python 3.11, 3.12 or 3.13 and make; everything else is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin
# The tests start hundreds of commands, which should not be compiled each time.
unexport PYTHONDONTWRITEBYTECODE
# With it, packages would have other bytes than those of everyone else.
unexport SOURCE_DATE_EPOCH

.PHONY: demo test test-slow test-browser stress torture check format bench manual dist clean

demo: .venv/installed  ## fit, enlarge and measure a real photograph, and make a page of it
	@mkdir -p demo
	@cp -f examples/coffee.png demo/coffee.png
	@echo "The photograph demo/coffee.png becomes a network:"
	@$(BIN)/siren fit demo/coffee.png -f > /dev/null
	@echo "The network is drawn at twice the size, without the photograph:"
	@$(BIN)/siren render demo/coffee.siren --size 2x -f > /dev/null
	@echo "How good, and how small:"
	@$(BIN)/siren compare demo/coffee.png demo/coffee.siren
	@echo "A page to look into, for any browser:"
	@$(BIN)/siren export demo/coffee.siren -f > /dev/null

test: .venv/installed-dev  ## the fast suite, about a minute on two cores
	$(BIN)/python -m pytest -m "not slow and not browser" -n 2 --dist loadfile

test-slow: .venv/installed-dev  ## the fits that take minutes
	$(BIN)/python -m pytest -m slow

test-browser: .venv/installed-browser  ## exported pages in a Chromium of this system
	$(BIN)/python -m pytest -m browser -rs

stress: .venv/installed-dev  ## kills, faults, races and damage; make stress STRESS="--minutes 5 --only saves"
	$(BIN)/python -m tests.stress $(STRESS)

torture: STRESS = $(TORTURE)
torture: stress  ## the old name of `stress`

check: .venv/installed-dev  ## formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-bench  ## hours; make bench PICTURES="a.png b.png" BENCH="--only engine"
	$(BIN)/python -m benchmarks $(PICTURES) $(BENCH)

manual: .venv/installed-dev  ## the manual page, from the help of every command
	$(BIN)/python -m scripts.manual

dist: .venv/installed-dev  ## sdist and wheel; the same source makes the same bytes
	$(BIN)/python -m build --no-isolation --sdist --wheel
	$(BIN)/python -m pytest tests/test_distribution.py

clean:
	rm -rf .venv demo build dist bench-results

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "siren needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv; downloading TensorFlow, 570 MB, takes a while ..."
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/installed

.venv/installed-browser: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,browser]'
	@touch $@ .venv/installed .venv/installed-dev

.venv/installed-bench: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@ .venv/installed
