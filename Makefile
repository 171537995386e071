.PHONY: setup test
PYTHON ?= python3

setup: .venv/.dev
.venv/.dev: requirements-dev.lock
	$(PYTHON) -m venv .venv
	.venv/bin/pip -q install uv
	.venv/bin/uv pip sync -q --require-hashes requirements-dev.lock
	touch $@

test: .venv/.dev
	.venv/bin/python -m pytest tests/plans
