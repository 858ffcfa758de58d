# Shuqiao 数桥: `make` alone lists what there is.
PYTHON ?= python3
PIP_FLAGS ?= --quiet --disable-pip-version-check --no-input --require-hashes
VENV := .venv
RUN := $(VENV)/bin/python
LAUNCH := $(RUN) -m config.launch
# The platform is many processes, which would else compile all of it at every start.
unexport PYTHONDONTWRITEBYTECODE
# Changes with every change of the locked requirements and with the interpreter.
STAMP := $(VENV)/.installed-$(shell cat requirements.txt | cksum | tr -d ' ')
DEV_STAMP := $(VENV)/.dev-$(shell cat requirements.txt requirements-dev.txt | cksum | tr -d ' ')

# The coverage-guided fuzzer needs a wheel that not every machine has.
FUZZ_VENV := .venv-fuzz
FUZZ_STAMP := $(FUZZ_VENV)/.installed-$(shell cat requirements.txt requirements-dev.txt tests/fuzz-requirements.txt | cksum | tr -d ' ')

# What the benchmarks compare with; its drivers would quarrel with ours.
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed-$(shell cat bench/requirements.txt | cksum | tr -d ' ')

# One lock for every platform and interpreter that is served.
COMPILE := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --quiet

SBOM_VENV := .venv-sbom
SBOM_STAMP := $(SBOM_VENV)/.installed-$(shell cat tools/sbom-requirements.txt | cksum | tr -d ' ')

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo screenshots serve test fuzz fuzz-parsers setup-bench bench-zombies bench-catalog bench-rights bench-publish bench-sync bench-lookup bench-read bench-fanout bench-pages bench-evidence bench-security sbom lint fix openapi messages lock doctor status clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything that runs the platform

setup-dev: $(DEV_STAMP) ## add what tests and linters need

setup-bench: $(BENCH_STAMP) ## make .venv-bench with the tools that the benchmarks compare with

demo: setup ## start everything, act the demonstration, keep serving (ONCE=1: end after it; PORT=8000)
	@$(LAUNCH) demo $(if $(PORT),--port $(PORT)) $(if $(filter-out 0,$(ONCE)),--once)

screenshots: setup-dev ## pictures of every page into docs/screenshots (PORT=8000: of the demonstration there)
	@$(LAUNCH) screenshots $(if $(PORT),--port $(PORT))

serve: setup ## start everything, empty or as it was left, and serve until Ctrl-C (PORT=8000)
	@$(LAUNCH) serve $(if $(PORT),--port $(PORT)) $(if $(filter-out 0,$(ONCE)),--once)

test: setup-dev ## all tests, on servers of their own (ARGS="-k lookup": some)
	@$(LAUNCH) exec -- pytest -n 4 --dist worksteal $(ARGS)

fuzz: setup-dev ## 5,000 made-up calls by every role, each answer held against the API document (ARGS="--seed 7": others)
	@$(LAUNCH) exec -- pytest tests/architecture/test_fuzz.py --cases 5000 -s $(ARGS)

fuzz-parsers: setup-dev $(FUZZ_STAMP) ## damaged bytes for every parser, guided by coverage (FOR=30: seconds each)
	@$(FUZZ_VENV)/bin/python -m tests.architecture.guided $(or $(FOR),30) $(ARGS)

bench-rights: setup ## benchmark: what masks and a row filter cost on a million rows
	@$(RUN) -m bench.rights $(ARGS)

bench-zombies: setup ## benchmark: zombie rules against a labelled register, and scans of 50,000 systems
	@$(LAUNCH) exec -- python -m bench.zombies $(ARGS)

bench-catalog: setup ## benchmark: search, duplicates and import with 100,000 catalogue entries
	@$(LAUNCH) exec -- python -m bench.catalog $(ARGS)

bench-publish: setup ## benchmark: 300,000 rows published over HTTP against the same bytes through bare pyarrow
	@$(LAUNCH) exec -- python -m bench.publish $(ARGS)

bench-read: setup $(BENCH_STAMP) ## benchmark: whole tables over HTTP against DuckDB, a static file and datasette
	@$(LAUNCH) exec -- python -m bench.read $(ARGS)

bench-lookup: setup $(BENCH_STAMP) ## benchmark: look-ups under a grant against a bare view and datasette
	@$(LAUNCH) exec -- python -m bench.lookup $(ARGS)

bench-fanout: setup ## benchmark: one batch to 1,000 subscriptions against one, and against a bare client
	@$(LAUNCH) exec -- python -m bench.fanout $(ARGS)

bench-security: setup ## benchmark: signed look-ups against bearer keys, publishing with its evidence against without
	@$(LAUNCH) exec -- python -m bench.security $(ARGS)

bench-pages: setup ## benchmark: what every page costs with 100,000 entries and 10,000 systems
	@$(LAUNCH) exec -- python -m bench.pages $(ARGS)

bench-evidence: setup ## benchmark: a million entries sealed, exported, and proved by the stand-alone verifier
	@$(LAUNCH) exec -- python -m bench.evidence $(ARGS)

bench-sync: setup $(BENCH_STAMP) ## benchmark: table to table through the hub against sling, dlt and a bare pipe
	@$(LAUNCH) exec -- python -m bench.sync $(ARGS)

sbom: $(SBOM_STAMP) ## the bill of materials (CycloneDX) into var/sbom.json
	@$(SBOM_VENV)/bin/python -m tools.sbom var/sbom.json

lint: setup-dev ## ruff, formatting, import contracts, types, migrations, deployment check
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/mypy
	$(LAUNCH) exec -- python manage.py makemigrations --check --dry-run
	$(LAUNCH) check

fix: setup-dev ## let ruff mend and format what it can
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

openapi: setup-dev ## write docs/api/openapi.yaml from the code
	$(LAUNCH) exec -- python manage.py spectacular --validate --fail-on-warn --file docs/api/openapi.yaml

messages: setup-dev ## bring the portal's Chinese texts up to the code and compile them
	$(LAUNCH) exec -- python manage.py messages

lock: setup-dev ## pin the dependencies of pyproject.toml, with hashes, in the requirements files
	$(COMPILE) pyproject.toml --group embedded -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) bench/requirements.in -o bench/requirements.txt
	$(COMPILE) tools/sbom-requirements.in -o tools/sbom-requirements.txt
	$(COMPILE) tests/fuzz-requirements.in -o tests/fuzz-requirements.txt

doctor: setup ## check the platform that runs from this folder, and say how to mend what fails
	@$(RUN) manage.py doctor

status: setup ## say which servers run from this folder
	@$(LAUNCH) status

clean: setup ## remove all data of the servers under var/ (refused while they run)
	@$(LAUNCH) clean

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Shuqiao needs Python 3.11, 3.12 or 3.13; this is %s. Name another: make PYTHON=python3.12" % sys.version.split()[0])'
	@echo "setting up $(VENV) (once)"
	@$(RUN) -c "" 2>/dev/null || rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv"; exit 1; }
	@$(RUN) -m pip install $(PIP_FLAGS) -r requirements.txt
	@rm -f $(VENV)/.installed-* && touch $@

$(DEV_STAMP): $(STAMP)
	@$(RUN) -m pip install $(PIP_FLAGS) -r requirements.txt -r requirements-dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

$(BENCH_STAMP): $(STAMP)
	@echo "setting up $(BENCH_VENV) (once)"
	@$(BENCH_VENV)/bin/python -c "" 2>/dev/null || $(RUN) -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install $(PIP_FLAGS) -r bench/requirements.txt
	@rm -f $(BENCH_VENV)/.installed-* && touch $@

$(FUZZ_STAMP): $(DEV_STAMP)
	@$(FUZZ_VENV)/bin/python -c "" 2>/dev/null || $(RUN) -m venv --clear $(FUZZ_VENV)
	@$(FUZZ_VENV)/bin/python -m pip install $(PIP_FLAGS) -r requirements.txt -r requirements-dev.txt -r tests/fuzz-requirements.txt
	@rm -f $(FUZZ_VENV)/.installed-* && touch $@

$(SBOM_STAMP):
	@echo "setting up $(SBOM_VENV) (once)"
	@$(PYTHON) -m venv --clear $(SBOM_VENV)
	@$(SBOM_VENV)/bin/python -m pip install $(PIP_FLAGS) -r tools/sbom-requirements.txt
	@touch $@
