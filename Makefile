# Everything a developer does. Needs python3 (3.11 or newer, with venv and pip) and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test soak e2e-operate tck differential fuzz bench bench-zeebe lint types format clean lock

demo: $(READY)  ## Watch documents being routed by decision tables
	$(BIN)/dmnroute demo

test: $(READY)  ## All tests, then the linters and the type check
	@$(BIN)/python -m compileall -q src  # once for the hundreds of processes that tests start
	$(BIN)/pytest -n 2 --dist loadgroup
	$(MAKE) --no-print-directory lint types

soak: $(READY)  ## Kill routers, workers and a broker again and again, publish during 1,000 runs; takes many minutes
	$(BIN)/pytest -m soak -s tests/zeebe tests/versions

e2e-operate: $(READY)  ## Runs, incidents and retries in a real Operate; DMNROUTE_OPERATE_UP names the script that starts it
	$(BIN)/pytest -m operate tests/operate

tck: $(READY)  ## How the engine does in the OMG DMN TCK; DMN_TCK names the suite's folder
	$(BIN)/python -m tests.tck.score

differential: $(READY)  ## 100,000 comparisons with Camunda's own engine; needs a JDK and the jars of Zeebe 8.6.0
	$(BIN)/python -m tests.differential

lint: $(READY)  ## Style, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

format: $(READY)  ## Put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)  ## Write the pinned versions anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --group dev --upgrade \
	    --no-header --no-annotate --quiet pyproject.toml -o requirements/dev.lock

bench: $(READY)  ## Measure against other decision engines, then hops on a real broker
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench
	$(BIN)/python -m benchmarks
	$(MAKE) --no-print-directory bench-zeebe

bench-zeebe: $(READY)  ## Measure routed hops against workers that do nothing, on a real broker
	$(BIN)/python -m benchmarks.zeebe_hops

FUZZ_SECONDS ?= 600

fuzz: $(READY)  ## Fuzz the lexer, the parser and the XML reader, each for FUZZ_SECONDS
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group fuzz
	for target in lexer expression unary_tests xml; do \
	    $(BIN)/python -m tests.fuzz $$target --seconds $(FUZZ_SECONDS) || exit 1; done

clean:  ## Remove the environment
	rm -rf $(VENV)

$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "dmnroute needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Creating $(VENV) with everything that is pinned in requirements/dev.lock (about 700 MB, once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
	@echo "… ready."
