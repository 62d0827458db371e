# `make` lists the verbs. Everything runs in .venv, which `make setup` makes from requirements.lock.
PYTHON ?= python3.11
BIN := .venv/bin
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast test-slow lint lock docs airflow mlflow clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## virtual environment, Horovod, Delta JARs; a second time in seconds
	@command -v $(PYTHON) >/dev/null || { echo "setup: install Python 3.11 first (apt install python3.11 python3.11-venv), or say make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) bootstrap.py

run: setup ## the whole chain on the sample shops, into ./lake
	@$(BIN)/mep3m run

test: setup lint ## every test of the default tier, under 20 minutes on 2 cores
	@$(BIN)/pytest -q -n 2 --dist loadfile -m "not slow"

test-fast: setup ## the quick tests: no JVM, no crawl, no network trained, under a minute
	@$(BIN)/pytest -q -n 2 --dist loadfile -m "not slow and not jvm and not medium"

test-slow: setup ## the long tier: many kills, clusters, the whole chain twice, Horovod and serving at length
	@$(BIN)/pytest -q -m slow

lint: setup ## ruff and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

lock: ## pin versions and hashes anew from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 -o requirements.lock

airflow: setup ## Airflow with this lake's DAGs, at http://127.0.0.1:8080
	@$(BIN)/python -m airflow_dags standalone

mlflow: setup ## this lake's experiments and models, at http://127.0.0.1:5000
	@$(BIN)/mlflow server --host 127.0.0.1 --port 5000 --backend-store-uri "sqlite:///$${LAKEHOUSE_ROOT:-lake}/mlflow.db"

docs: setup ## print docs/tables.md and docs/dags.md from their sources
	@$(BIN)/mep3m tables --markdown > docs/tables.md
	@$(BIN)/python -m airflow_dags > docs/dags.md

clean: ## remove the environment; the lake and the caches stay
	@rm -rf .venv
