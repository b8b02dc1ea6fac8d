# Xinshu 信枢. `make help` lists what can be done; README.md tells the two that matter: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test law lint types house bench seed docs lock image clean soak soak-million soak-faults soak-fuzz soak-load soak-mutations soak-upgrade

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/run.stamp: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "安装依赖 installing ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: requirements-test.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "安装测试依赖 installing for tests ..."
	@$(PIP) install --require-hashes -r requirements-test.txt
	@$(PIP) install --no-deps --editable .
	@touch $@ $(VENV)/run.stamp

$(VENV)/bench.stamp: requirements-bench.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "安装测量依赖 installing to measure ..."
	@$(PIP) install --require-hashes -r requirements-bench.txt
	@$(PIP) install --no-deps --editable .
	@touch $@ $(VENV)/test.stamp $(VENV)/run.stamp

run: $(VENV)/run.stamp ## set up, seed made-up data, serve on http://127.0.0.1:8000
	@$(BIN)/xinshu run --demo

seed: $(VENV)/run.stamp ## make up a believable country: make seed SUBJECTS=2000 RECORDS=6000
	@$(BIN)/xinshu seed --subjects $(or $(SUBJECTS),2000) --records $(or $(RECORDS),6000)

test: $(VENV)/test.stamp ## set up, then every test
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not soak and not alone"
	@$(BIN)/python -m pytest -m alone tests/journeys

law: $(VENV)/test.stamp ## the cases of the law, in seconds, without a database
	@$(BIN)/python -m pytest tests/law/test_cases.py tests/kit/test_legal_dates.py tests/kit/test_workdays.py -q

house: $(VENV)/test.stamp ## the rules of the house: contracts, sizes, routes, glossary
	@$(BIN)/python -m pytest tests/house -q

lint: $(VENV)/test.stamp ## style, imports, YAML
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --config tools/importlinter.toml && $(BIN)/yamllint -s catalogue tests

types: $(VENV)/test.stamp ## strict types where the architecture says so
	@$(BIN)/mypy

bench: $(VENV)/bench.stamp ## ours beside a peer or a limit, into docs/benchmarks.md: make bench ONLY=check,assessment GROWTH=1 (10 million rows)
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(GROWTH),--growth)

soak: soak-million soak-faults soak-mutations soak-upgrade soak-load soak-fuzz ## what takes hours: a million rows, kills at every point, an hour of fuzzing

soak-million: $(VENV)/test.stamp ## a province with a million rows, every page in every light, a disk with little room
	@$(BIN)/python -m pytest -m soak

soak-faults: $(VENV)/test.stamp ## kills at every point, in rounds: make soak-faults ROUNDS=100 SEED=7
	@PYTHONPATH=src $(BIN)/python -m tests.faults.soak --rounds $(or $(ROUNDS),100) --every $(or $(EVERY),1) $(if $(SEED),--seed $(SEED))

soak-load: $(VENV)/test.stamp ## 200 clients for five minutes while files come in: make soak-load CLIENTS=200 LOAD_SECONDS=300 (needs wrk)
	@PYTHONPATH=src $(BIN)/python -m tests.soak.load_site --clients $(or $(CLIENTS),200) --seconds $(or $(LOAD_SECONDS),300)

soak-upgrade: $(VENV)/test.stamp ## a store of the release before listings, brought up to today's (needs the history of git)
	@PYTHONPATH=src $(BIN)/python -m tests.soak.upgrade

soak-mutations: $(VENV)/test.stamp ## break each rule on purpose and see its test fail: make soak-mutations RULES="G7 G10"
	@$(BIN)/python -m tests.mutations.trial $(RULES)

soak-fuzz: $(VENV)/test.stamp ## fuzz the readers, an hour: make soak-fuzz FUZZ_SECONDS=3600
	@$(PIP) install "$$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["soak"])')"
	@mkdir -p .soak/found
	@$(BIN)/python -m tests.soak.fuzz_readers .soak/inputs -max_total_time=$(or $(FUZZ_SECONDS),3600) -timeout=30 -rss_limit_mb=2500 -artifact_prefix=.soak/found/ 2>&1 | tee .soak/log | grep -a --line-buffered -E 'NEW|ERROR|Uncaught|Done|stat' | tail -n 40; exit $${PIPESTATUS[0]}

docs: $(VENV)/test.stamp ## fresh screenshots of the portal
	@$(BIN)/python -m tools.screenshots

lock: ## resolve the dependencies again (needs uv)
	@uv pip compile pyproject.toml -q --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 -o requirements.txt
	@uv pip compile pyproject.toml -q --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 --extra test -o requirements-test.txt
	@uv pip compile pyproject.toml -q --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 --extra test --extra bench -c requirements-test.txt -o requirements-bench.txt
	@awk '/^[a-z]/{keep=/^setuptools==/} keep' requirements-test.txt > requirements-build.txt

image: ## build the container image, where an engine answers
	@.ci/container

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
