# Two commands for people: `make demo` and `make test`. The rest is what they stand on.
# Each keeps what it has made and is quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CONSTRAINTS := .ci/constraints.txt
BUNDLE := mmphate_widget/static/widget.js
JS_SOURCES := $(shell find js/src -type f) js/*.mjs js/package.json js/tsconfig.json

# One thing at a time: pip's build hook and the bundle's rule run the same npm.
.NOTPARALLEL:
.PHONY: demo test docs bench imports parity memory pictures reruns bench-ui lint js-test python-test chromium bundle clean

demo: $(VENV)/demo-installed $(BUNDLE)
	$(BIN)/python -m mmphate_widget.demo

test: js-test python-test

# JavaScript: unit tests of the page's code, without a browser.
js-test: js/node_modules/.package-lock.json
	cd js && npm run --silent test

# Python units, then the page in a real JupyterLab in Chromium, then the notebooks.
python-test: $(VENV)/test-installed $(VENV)/aeon-files $(BUNDLE) chromium
	$(BIN)/python -m pytest

# The figures that README and notebooks/benchmarks.ipynb show; QUICK=1 is a reduced form, for a look.
bench: $(VENV)/test-installed
ifdef QUICK
	$(BIN)/python tests/bench/suite.py --quick
else
	$(BIN)/python tests/bench/suite.py
	$(BIN)/python tests/bench/paper_run.py
	$(BIN)/python tests/bench/picture_cost.py
endif

# What fits hold in memory beside what was estimated, the table that README shows.
memory: $(VENV)/test-installed
	$(BIN)/python tests/bench/memory_table.py

# What importing the package costs, the table that README shows.
imports: $(VENV)/test-installed
	$(BIN)/python tests/bench/import_times.py

# How far the default engine and the reference are apart, the tables and the picture in README.
parity: $(VENV)/test-installed
	$(BIN)/python tests/bench/parity_table.py --picture notebooks/images/entropy.png

# The documentation site, from docstrings, pages and notebooks; needs no network, runs nothing.
docs: $(VENV)/docs-installed $(BUNDLE)
	$(BIN)/python notebooks/docs/build.py test-output/site

# The pictures, the movie and the page that README and the site show.
pictures: $(VENV)/test-installed $(BUNDLE) chromium
	$(BIN)/python -m pytest tests/browser/pictures.py tests/browser/gallery.py

# What re-runs of a cell cost, the table that README shows.
reruns: $(VENV)/test-installed $(BUNDLE) chromium
	MMPHATE_RERUNS=all $(BIN)/python -m pytest -s tests/browser/test_reruns.py

# How quick the instrument is beside jupyter-scatter: the table that README shows.
bench-ui: $(VENV)/test-installed $(BUNDLE) chromium
	$(BIN)/python -m pytest -s tests/browser/ui_bench.py

lint: $(VENV)/test-installed js/node_modules/.package-lock.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	cd js && npm run --silent check

bundle: $(BUNDLE)

$(BUNDLE): js/node_modules/.package-lock.json $(JS_SOURCES)
	cd js && npm run --silent build

js/node_modules/.package-lock.json: js/package-lock.json
	cd js && npm ci --no-audit --no-fund
	@touch $@

# A stamp a set of packages, so that the second call installs nothing.
$(VENV)/%-installed: pyproject.toml $(CONSTRAINTS) | $(BIN)/pip
	@echo "Installing mmphate-widget[$*] into $(VENV) …"
	$(PIP) install --constraint $(CONSTRAINTS) --editable ".[$*]"
	@touch $@

# Only data files of aeon are read; what it asks for would hold numpy and pandas back.
$(VENV)/aeon-files: $(CONSTRAINTS) | $(VENV)/test-installed
	$(PIP) install --constraint $(CONSTRAINTS) --no-deps "aeon>=1.0"
	@touch $@

# On Debian, venv and pip come in a package of their own; half an environment is worse than none.
$(BIN)/pip:
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	  else \
	    echo "Python's venv is missing: install it (on Debian: sudo apt-get install python3-venv) and run make again." >&2; exit 1; \
	  fi; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Debian's Chromium when we may install it; else the one at hand, or a word on what to install.
chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
	  echo "The browser tests need Chromium: install it (on Debian: sudo apt-get install chromium) and run make test again." >&2; exit 1; \
	fi

clean:
	rm -rf $(VENV) js/node_modules mmphate_widget/static dist demo-output
