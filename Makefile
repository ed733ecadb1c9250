# `make help` says what there is. PYTHON=... chooses the interpreter of a new .venv;
# TORCH_INDEX=https://download.pytorch.org/whl/cpu takes torch from there.
PYTHON ?=
TORCH_INDEX ?=
HOST ?= 127.0.0.1
PORT ?= 7860
export PYTHON TORCH_INDEX
BIN := .venv/bin

.PHONY: help setup setup-test setup-tools app test test-all lint bench demos space wheel lock sbom audit
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

setup:  ## make .venv and install diffmine into it, once
	@scripts/setup.sh

setup-test:
	@scripts/setup.sh test

setup-tools: setup
	@scripts/tools.sh

app: setup  ## serve the app at http://127.0.0.1:7860
	@$(BIN)/diffmine app --host $(HOST) --port $(PORT)

test: setup-test  ## the test suite and the import contracts
	@scripts/chromium.sh
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-all: setup-test  ## the same with the slow tests
	@scripts/chromium.sh
	@scripts/nginx.sh
	@scripts/archive.sh
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -m ""

lint: setup-test  ## ruff, mypy, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup-test  ## time it
	$(BIN)/pytest benchmarks --benchmark-only
	$(BIN)/python -m benchmarks.end_to_end

demos: setup-test  ## make the embedded atlases again
	$(BIN)/python -m demos.type.make
	$(BIN)/python -m demos.cars.make
	$(BIN)/python -m demos.chest.make
	$(BIN)/python -m demos.icons.make

space: setup  ## write and check the folder to push to a Space
	@$(BIN)/python -m scripts.space

wheel: setup-test  ## build and check the package: dist/*.whl and dist/*.tar.gz
	@$(BIN)/python -m scripts.wheel

lock: setup-tools  ## requirements.lock and torch.lock: every package by its digests
	$(BIN)/python -m scripts.lock

sbom: setup-tools  ## sbom.json (CycloneDX) of .venv, and docs/licences.md
	.venv-tools/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml \
		--gather-license-texts --output-reproducible --of JSON -o sbom.json
	$(BIN)/python -m scripts.licences

audit: setup-tools  ## known weaknesses of the locked packages; asks the package index
	.venv-tools/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r torch.lock
