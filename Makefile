# Everything runs from the checkout, in .venv. `make run` installs requirements.lock alone; a target
# for development adds requirements-dev.lock. A changed lock rebuilds .venv.
# Programs are called as modules, so that IN can be any Python. `.venv/bin/hub` is the same command;
# pip writes it so that it also starts when the path of the checkout holds a space.

PYTHON ?= python3
IN := .venv/bin/python
HUB = $(IN) -m hub
# Each process has its own PostgreSQL, and takes over tests of the other when its own are done.
# For a debugger: make test ARGS="-n 0 --pdb tests/…".
PYTEST = $(IN) -m pytest -n 2 --dist worksteal
# Where this is set, as in images, each process compiles all modules again: half the time of its start.
unexport PYTHONDONTWRITEBYTECODE
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run fill sandbox check-source test browser npm test-browser check check-long sdl fmt bench lock clean

# $(call install,ARGUMENTS): install into .venv, with uv when it is there.
install = if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(IN) $(1); \
	else $(IN) -m pip install -q --disable-pip-version-check --no-input $(1); fi

# The command `hub` names the path of the checkout, so it is installed again when that has moved.
# setuptools warns at each editable install that other folders could shadow the packages.
editable = (export PYTHONWARNINGS=ignore; $(call install,--no-deps --no-build-isolation -e .)); \
	pwd -P > .venv/checkout

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with what serving needs (requirements.lock) and the command hub
	@if cmp -s requirements.lock .venv/installed.lock && $(IN) -c '' 2>/dev/null; then \
		if [ "$$(cat .venv/checkout)" = "$$(pwd -P)" ]; then exit 0; fi; set -e; \
		$(editable); exit 0; \
	fi; \
	set -e; \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ต้องใช้ Python 3.11 ขึ้นไป · Python 3.11 or newer is needed; say which: make PYTHON=python3.12 …" >&2; exit 1; }; \
	echo "  ติดตั้งโปรแกรมที่ต้องใช้ (ครั้งแรก) · installing what is needed (once)"; \
	rm -rf .venv; \
	if command -v uv >/dev/null 2>&1; then uv venv -q --python "$(PYTHON)" .venv; \
	else "$(PYTHON)" -m venv .venv; fi; \
	$(call install,--require-hashes -r requirements.lock); \
	$(editable); \
	cp requirements.lock .venv/installed.lock

setup-dev: setup ## add what tests and checks need (requirements-dev.lock)
	@if cmp -s requirements-dev.lock .venv/installed-dev.lock; then exit 0; fi; \
	set -e; \
	if [ -e .venv/installed-dev.lock ]; then rm -rf .venv; $(MAKE) --no-print-directory setup; fi; \
	echo "  ติดตั้งโปรแกรมทดสอบ (ครั้งแรก) · installing what tests need (once)"; \
	$(call install,--require-hashes -r requirements-dev.lock); \
	cp requirements-dev.lock .venv/installed-dev.lock

run: setup ## serve the hub on http://127.0.0.1:8000 (HUB_HOST, HUB_PORT, HUB_DATA_DIR change that)
	@$(HUB) serve

fill: setup ## fill the hub with made-up data of every kind of source, also while it runs
	@$(HUB) demo fill $(ARGS)

sandbox: setup ## a local agency to read from (ARGS="--records 250 --fault 503x3")
	@$(HUB) demo sandbox $(ARGS)

check-source: setup ## whether a system keeps docs/source-contract.yaml (URL=… ARGS="--token-url …")
	@$(HUB) source check $(URL) $(ARGS)

test: setup-dev ## run the tests that this machine can run; the others are listed at the end
	@$(PYTEST) $(ARGS)

browser: ## install Chromium, a Thai font, npm and PgBouncer, for the tests that need them (apt-get)
	@sh tests/browser/install.sh

npm: ## install the npm packages of tests/npm, for the tests that need them
	@sh tests/npm/install.sh

test-browser: setup-dev browser npm ## the pages in Chromium, which is installed if missing; pictures where missing
	$(IN) -m pytest tests/browser

check: setup-dev browser npm ## everything that must hold before a change lands
	$(IN) -m ruff check .
	$(IN) -m ruff format --check .
	$(IN) -m mypy
	$(IN) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(IN) -m deptry .
	$(HUB) schema print | diff -u schema/schema.graphql -
	$(PYTEST)

check-long: check ## the same, costly proofs, many more examples, a long run's memory, and an hour of mixed load
	$(PYTEST) --hypothesis-profile=long
	PYTHONPATH=. $(IN) bench/million.py 200000
	PYTHONPATH=. $(IN) bench/long_run.py

sdl: setup ## write the contract to schema/schema.graphql
	@$(HUB) schema print > schema/schema.graphql.new
	@mv schema/schema.graphql.new schema/schema.graphql

fmt: setup-dev ## format, and mend what can be mended
	$(IN) -m ruff check --fix .
	$(IN) -m ruff format .

bench: setup ## measure matrix, lists, writes, and ingest beside its peers, to bench/results/
	PYTHONPATH=. $(IN) bench/matrix.py
	PYTHONPATH=. $(IN) bench/lists.py
	PYTHONPATH=. $(IN) bench/growth.py
	PYTHONPATH=. $(IN) bench/scan.py
	PYTHONPATH=. $(IN) bench/writes.py
	PYTHONPATH=. $(IN) bench/fairness.py
	PYTHONPATH=. $(IN) bench/ingest.py

# Existing pins are kept while pyproject.toml allows them; `make lock ARGS=--upgrade` renews all.
COMPILE = $(IN) -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe $(ARGS) \
	--no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
NAMES = $(IN) -c 'import sys, tomllib; p = tomllib.load(open("pyproject.toml", "rb")); \
	print(*p["project"]["dependencies"], *p["build-system"]["requires"], \
	*(n for g in sys.argv[1:] for n in p["dependency-groups"][g]), sep="\n")'

lock: setup-dev ## write both locks anew from pyproject.toml (ARGS=--upgrade: with the newest versions)
	@$(NAMES) | $(COMPILE) --output-file requirements.lock -
	@$(NAMES) dev | $(COMPILE) --constraint requirements.lock --output-file requirements-dev.lock -
	@for lock in requirements.lock requirements-dev.lock; do \
		{ echo '# Pinned and hashed; `make lock` writes it anew from pyproject.toml.'; \
			grep -v '^# ' $$lock; } > $$lock.new && mv $$lock.new $$lock || exit 1; done

clean: ## remove .venv and caches; the data folder stays
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
