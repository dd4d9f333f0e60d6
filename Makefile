PYTHON ?= python3
BIN := .venv/bin
# Test processes at a time.
JOBS ?= 2
# Further arguments for pytest alone, as in: make test ARGS="-k depthwise"
ARGS ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test test-versions mlperf bench docs lint format clean setup-demo setup-test

help: ## Show what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup-demo ## Train, quantize, compile and run a digit classifier on emulated cores
	$(BIN)/python examples/image_classification/digits.py

test: setup-test ## Lint, check types and run all tests (about 25 minutes on two cores)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/pytest -n $(JOBS) $(ARGS)

test-versions: setup-test ## Test the wheel beside each release of PyTorch (see tests/versions.py)
	$(BIN)/python -m tests.versions $(ARGS)

mlperf: setup-demo ## Compile and verify the MLPerf Tiny networks, print their table
	$(BIN)/python examples/mlperf_report.py $(ARGS)

bench: setup-test ## Measure kernels and networks against CMSIS-NN (see bench/__main__.py)
	$(BIN)/python -m bench $(ARGS)

docs: setup-test ## Build docs/ as a site in out/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: setup-test ## Lint and check types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: setup-test ## Format the code, mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove .venv, out/ and caches
	rm -rf .venv out build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-demo:
	@.ci/setup demo

setup-test:
	@.ci/setup test
