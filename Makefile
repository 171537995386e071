# Sales Incentives. `make demo` and `make test` set up everything they need; see README.md.
.DEFAULT_GOAL := demo
.PHONY: setup demo build test lint app dagster close verify-ledger conformance check-pay properties mutants bench clean
PYTHON ?= python3
SCALE ?= 1
SEED ?= 7
PLANS ?= landing
TIMEZONE ?= Asia/Shanghai
BASE_CURRENCY ?= CNY
TARGET ?= duckdb
CASES ?= tests/conformance/cases
N ?= 1e5
PER_MODEL ?= 2
COMPANIES ?= 2000
DEMO := build/demo$(if $(filter-out 1,$(SCALE)),-scale-$(SCALE))
PY := .venv/bin/python

# Compiled Python is kept whatever the surroundings say: compiling dbt anew is half of its start.
unexport PYTHONDONTWRITEBYTECODE
export DO_NOT_TRACK = 1
export DAGSTER_DISABLE_TELEMETRY = yes
export GX_ANALYTICS_ENABLED = False

# One environment: what runs, and (from the dev lock, which holds all of it too) what tests need.
setup: .venv/.run
.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo 'Python 3.11 is needed: name it with PYTHON=/path/to/python3.11'; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/pip -q --disable-pip-version-check install uv
.venv/.run: requirements.lock | .venv/bin/uv
	@echo 'Installing what requirements.lock names ...'
	.venv/bin/uv pip install -q --require-hashes -r requirements.lock
	@touch $@
.venv/.dev: requirements-dev.lock | .venv/bin/uv
	@echo 'Installing what requirements-dev.lock names ...'
	.venv/bin/uv pip sync -q --require-hashes requirements-dev.lock
	@touch $@ .venv/.run

# Landed files never change, so a new simulation begins a new company; its files come quarter by quarter.
$(DEMO)/landing: $(wildcard demo/*.py demo/*.yml) | .venv/.run
	rm -rf $(DEMO) $(DEMO).new
	$(PY) -m demo --out $(DEMO).new --seed $(SEED) --scale $(SCALE)
	mkdir -p $(DEMO) && mv $(DEMO).new $(DEMO)/.coming && mkdir $@

demo: .venv/.run $(DEMO)/landing
	@$(PY) -m demo.history $(DEMO)
	@$(PY) -m demo.tour $(DEMO)/published.duckdb

# Without LANDING it is the demo's company, with the demo's plans and ledger.
ifeq ($(LANDING),)
build: LANDING := $(DEMO)/landing
build: PLANS := both
build: LEDGER ?= $(DEMO)/ledger
endif
# Spark is among what tests need: the target spark is built with the environment of the dev lock.
build: $(if $(filter spark,$(TARGET)),.venv/.dev,.venv/.run)
	@$(if $(OUT),,echo 'Use: make build OUT=DIR [LANDING=DIR] [LEDGER=DIR] [PLANS=landing|seeds|both] [AS_OF=YYYY-MM-DD] [TIMEZONE=Asia/Shanghai] [BASE_CURRENCY=CNY] [TARGET=duckdb|spark] [FULL_REFRESH=1]'; exit 2;) \
	$(PY) -m orchestration.build --landing '$(LANDING)' --out '$(OUT)' --plans '$(PLANS)' --as-of '$(AS_OF)' --ledger '$(LEDGER)' \
	    --timezone '$(TIMEZONE)' --base-currency '$(BASE_CURRENCY)' --target '$(TARGET)' $(if $(FULL_REFRESH),--full-refresh)

# A closed period is never calculated anew: see docs/ledger.md.
close: OUT := $(DEMO)
close: LANDING := $(OUT)/landing
close: AS_OF := $(if $(filter $(DEMO),$(OUT)),2026-06-30)
close: .venv/.run
	@$(if $(and $(PERIOD),$(BY)),,echo 'Use: make close PERIOD=2026-Q2 BY=NAME [PLAN=ID] [PREVIEW=1] [OUT=DIR LANDING=DIR AS_OF=YYYY-MM-DD as it was built]'; exit 2;) \
	$(PY) -m orchestration.ledger close --landing '$(LANDING)' --out '$(OUT)' --period '$(PERIOD)' --plan '$(PLAN)' --by '$(BY)' --as-of '$(AS_OF)' \
	    $(if $(PREVIEW),--preview)

verify-ledger: .venv/.run
	@$(PY) -m orchestration.ledger verify --out '$(or $(OUT),$(DEMO))'

test: .venv/.dev
	@tests/needs.sh
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/.dev
	$(PY) -m pytest tests/lint tests/graph

app: .venv/.run
	INCENTIVES_PUBLISHED=$(abspath $(or $(OUT),$(DEMO)))/published.duckdb .venv/bin/streamlit run app/main.py

dagster: .venv/.run
	@mkdir -p build/dagster && cp orchestration/dagster.yaml build/dagster/
	DAGSTER_HOME=$(CURDIR)/build/dagster INCENTIVES_PLANS=$(or $(INCENTIVES_PLANS),both) .venv/bin/dagster dev -m orchestration.definitions -h 127.0.0.1

conformance: .venv/.dev
	@$(PY) -m tests.conformance.run '$(CASES)' --target '$(TARGET)'

# All pay again, without the warehouse's own calculation: see docs/checker.md. Builds nothing.
check-pay: .venv/.run
	@$(PY) -m checker '$(or $(OUT),$(DEMO))/warehouse.duckdb'

# Faults in the engine's SQL that no test notices: see CONTRIBUTING.md.
mutants: .venv/.dev
	@$(PY) -m tests.mutants.run --seed $(SEED) --models '$(MODELS)' --per-model $(PER_MODEL) --companies $(COMPANIES)

# Companies drawn at random; a seed is drawn, and printed, where none is given.
properties: N := 2000
properties: SEED :=
properties: .venv/.dev
	@$(PY) -m tests.properties.run --cases $(N) $(if $(SEED),--seed $(SEED))

# Against hand-written SQL and polars, on N order lines: see benchmarks/README.md.
bench: .venv/.dev
	@$(PY) -m benchmarks --lines $(N)

clean:
	rm -rf build artifacts
