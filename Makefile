# Thin: each line calls one command. `make run` and `make test` are all a newcomer needs.
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN = PYTHONPATH=$(if $(wildcard .uv),.uv) $(UV) run --no-sync
TESTING = SECRET_KEY=tests-only COMMONWEAL_DB_POOL=no $(RUN)
BESIDE = $(TESTING) python -m commonweal.config.embedded

# Compiled once and kept: the tests start some hundred programs, and each would compile its libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test test-days coverage proof check bench bench-count bench-shares bench-dividends bench-exits demo-reset ready tools format messages migrations

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 14

ready: ## install what the program needs into .venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Commonweal needs Python 3.11 or later as '$(PYTHON)' (try: make PYTHON=python3.11 run)."; exit 1; }
	@command -v $(UV) >/dev/null || $(PYTHON) -m pip install --quiet --target .uv uv 2>/dev/null || { echo "The package index cannot be reached, and uv is not installed. Connect to the network once, then start again."; exit 1; }
	@$(UV) sync --quiet --quiet --frozen || { echo "The packages could not be installed. Connect to the network once, then start again."; exit 1; }

run: ready ## start everything, with the demo, on http://127.0.0.1:8000
	@exec env $(RUN) commonweal serve --demo

demo-reset: ## throw the demo's data away; the next run starts afresh
	@rm -rf var/postgres var/media var/mail var/demo && echo "The demo's data is gone; 'make run' starts afresh."

tools: ## browser, gettext, nginx and a clock to move for the tests, where missing
	@$(PYTHON) -c 'import glob, os, shutil, sys; sys.exit(not (shutil.which("chromium-headless-shell") and shutil.which("xgettext") and shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") and glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")))' \
	 || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium-headless-shell gettext libfaketime nginx-light >/dev/null; } \
	 || { echo "The tests need Chromium, gettext, libfaketime and nginx: sudo apt-get install chromium-headless-shell gettext libfaketime nginx-light"; exit 1; }

test: ready tools ## everything, browser journeys included, on two processes; then where the CPU seconds went
	@exec env $(BESIDE) python -m pytest -p tests.pure_coverage -p tests.budget -q -n 2 --dist loadgroup -m "not proof"

test-days: ready tools ## all but the browser, on days to come and on days when calendars are odd (about an hour)
	@exec env $(TESTING) python scripts/days.py $(DAYS)

coverage: ready tools ## nine tenths of every file in the areas touched since SINCE (a tag or commit; default: all areas, half an hour), given up after WITHIN seconds
	@exec env $(BESIDE) python scripts/coverage_floor.py "$(SINCE)" $(WITHIN)

proof: ready tools ## the long proofs: counting, the share register, every story in every browser setting, every page through axe
	@$(BESIDE) pytest -q -s -m proof -o faulthandler_timeout=0
	@EXAMPLES=all $(BESIDE) pytest -q -n 2 tests/allocation tests/kernel tests/places tests/projects/rules tests/treasury/rules tests/voting/rules -m "not proof"

check: ready tools ## style, types, arrows, templates, translations, migrations, deployment settings
	@$(RUN) ruff check . && $(RUN) ruff format --check .
	@SECRET_KEY=tests-only DATABASE_URL=postgresql:///none $(RUN) mypy
	@$(RUN) lint-imports --config .importlinter
	@$(RUN) djlint src --lint --quiet
	@$(RUN) python scripts/messages.py --check
	@$(RUN) python scripts/first_migrations.py --check
	@$(BESIDE) python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$(head -c 40 /dev/urandom | base64) COMMONWEAL_HTTPS=yes $(RUN) python -m commonweal.config.embedded python manage.py check --deploy --fail-level WARNING

format: ready ## let the formatter have its way
	@$(RUN) ruff check --fix . ; $(RUN) ruff format .

messages: ready tools ## gather the texts to translate into src/commonweal/locale
	@$(RUN) python scripts/messages.py

migrations: ready ## write the first migration of each area anew from its models (until 0.1.0)
	@$(RUN) python scripts/first_migrations.py

bench: ready ## ratios beside a limit, printed
	@COMMONWEAL_VAR=var/bench $(BESIDE) python bench/pages.py

bench-count: ready ## how fast a count is, beside other programs on the same files
	@$(RUN) python bench/counting.py

bench-shares: ready ## the share register at 40,000 and 400,000 members, beside its limits
	@COMMONWEAL_VAR=var/bench $(BESIDE) python bench/shares.py

bench-dividends: ready ## a dividend from proposal to payment files at 40,000 and 400,000 members, beside its limit and DuckDB
	@COMMONWEAL_VAR=var/bench $(BESIDE) python bench/dividends.py
bench-exits: ready ## an exit season of five percent of 40,000 and 400,000 members, beside its limit
	@COMMONWEAL_VAR=var/bench $(BESIDE) python -m bench.exits
