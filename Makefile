# `make book` builds the book and `make test` proves it, on a machine that has only Python.
# POSIX sh and GNU make 3.81 (what macOS ships) are enough.

VENV    := .venv
BIN     := $(VENV)/bin
BOOK    := _build/html/index.html
PORT    ?= 8000
# Chapters multiply small matrices: threads that wait for each other cost more than they save.
export OPENBLAS_NUM_THREADS ?= 1
TORCH   ?= torch==2.13.0
# One notebook for each processor: its cells stay together. Of the tests a processor that is done
# takes over half of what another has left.
SIDE_BY_SIDE := -n logical --dist loadfile
SHARED_OUT   := -n logical --dist worksteal

PIP     := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install
LOCK    := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
           --no-annotate --fork-strategy fewest --no-emit-index-url --no-emit-find-links \
           pyproject.toml

.DEFAULT_GOAL := help
# An environment whose making was interrupted is no environment.
.DELETE_ON_ERROR:
.PHONY: help book test lint unit compare page pdf picture serve lab notebooks bench audit mutants \
        lock oracle determinism clean

help:
	@echo 'make book         install what the book needs into $(VENV), build it, say where it is'
	@echo 'make test         prove it: lint, unit, compare and page below, and the build itself'
	@echo '  make lint         style and types, notebooks too'
	@echo '  make unit         nnlib against mathematics, the tools of the book, 30 of the mutants'
	@echo '  make compare      run every notebook and compare its output with the one in git'
	@echo '  make page         the built pages, in a real browser'
	@echo 'make pdf          the book, and its worksheets, to print: _build/pdf/ (wants a Chromium)'
	@echo 'make picture      take the README'"'"'s pictures anew: docs/ (wants a Chromium)'
	@echo 'make serve        show the built book on http://127.0.0.1:$(PORT)/ (PORT=...)'
	@echo 'make lab          open the chapters in JupyterLab (LAB=... is handed on to it)'
	@echo 'make notebooks    format and run every notebook, write it as git keeps it'
	@echo 'make bench        measure nnlib beside other ways to compute the same'
	@echo 'make audit        how heavy and how quick each page is on a phone, and what axe finds'
	@echo 'make mutants      break nnlib in many places, one at a time: does a test notice each?'
	@echo 'make oracle       install PyTorch: with it, make unit compares every gradient with its'
	@echo 'make determinism  make compare, as other processors would compute'
	@echo 'make lock         choose new versions: rewrite both requirements.txt from pyproject.toml'
	@echo 'make clean        remove what was built'

# --- installing ---------------------------------------------------------------------------------
# A stamp is as old as the installation it stands for. It lies in the environment, so that
# removing that removes it too.

$(VENV)/pyvenv.cfg:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
	  bare=$$python; \
	done; \
	if [ -n "$$found" ]; then :; \
	elif [ -n "$$bare" ]; then \
	  echo "$$bare comes without venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; \
	else \
	  echo 'No Python of version 3.11 or later: $(or $(PYTHON),none on the PATH). Name one:' >&2; \
	  echo '    make book PYTHON=/path/to/python3' >&2; exit 1; \
	fi; \
	echo "Creating $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV)

$(VENV)/book.stamp: $(VENV)/pyvenv.cfg requirements.txt pyproject.toml
	@echo 'Installing what the book needs (some minutes the first time)'
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/book.stamp tests/requirements.txt
	@echo 'Installing what the tests need'
	@$(INSTALL) -r tests/requirements.txt
	@touch $@

# --- the book -----------------------------------------------------------------------------------
# Sphinx says a warning once, when it reads a page. After a failed build its memory has to go,
# or the next build would pass because it reads nothing. A pipe ends as its last part does, so the
# status of the build goes through a file.

book: $(VENV)/book.stamp
	@mkdir -p _build; rm -f _build/book.status
	@{ PYTHONUNBUFFERED=1 $(BIN)/jupyter-book build . -W -n --keep-going 2>&1; \
	  echo $$? > _build/book.status; } | tee _build/book.log; \
	[ "$$(cat _build/book.status)" = 0 ] || { rm -rf _build/.doctrees; \
	  echo 'The book was not built. From _build/book.log, what it warned of up to the first error:'; \
	  sed -n -e "s/$$(printf '\033')\[[0-9;]*m//g" -e '/WARNING: /p' \
	    -e '/^[A-Za-z]*Error: ./{p;q;}' _build/book.log; exit 1; } >&2
	@echo; echo 'The book is built. Open it in a browser:'; echo "    $$(pwd)/$(BOOK)"
	@[ -d _build/html/_python ] || { echo; \
	  echo 'Its code exercises do not run in the page, but in Jupyter (make lab):'; \
	  sed -n 's/^exercises will not run in the page: /    /p' _build/book.log; \
	  echo 'With the files from a machine that has them: NNLIB_PYODIDE=that/folder make book'; }

serve: book
	@echo 'http://127.0.0.1:$(PORT)/   (Ctrl-C ends it)'
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

pdf: $(VENV)/test.stamp book
	@$(BIN)/python tools/pdf.py

picture: $(VENV)/test.stamp book
	@$(BIN)/python tools/picture.py

# As root, which is who one is in most containers: make lab LAB=--allow-root
lab: $(VENV)/book.stamp
	@if [ "$$(id -u)" = 0 ] && [ -z "$(LAB)" ]; then \
	  echo 'Jupyter starts as root only when told to: make lab LAB=--allow-root' >&2; exit 1; fi
	$(BIN)/jupyter lab --notebook-dir=book --LabApp.default_url=/lab/tree/intro.ipynb $(LAB)

notebooks: $(VENV)/test.stamp
	$(BIN)/ruff format --quiet book
	$(BIN)/python tools/notebooks.py

# --- the tests ----------------------------------------------------------------------------------
# Every step runs, whatever came of the one before: one run shows all there is to mend.

test: $(VENV)/test.stamp
	@failed=; \
	for step in lint book unit compare page; do \
	  echo; echo "=== make $$step"; \
	  $(MAKE) --no-print-directory $$step || failed="$$failed $$step"; \
	done; \
	echo; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed"; exit 1; fi; \
	echo 'Passed: lint, book, unit, compare, page.'

lint: $(VENV)/test.stamp
	@failed=; \
	for tool in 'ruff check' 'ruff format --check' mypy 'python tools/notebooks.py --check'; do \
	  echo "$(BIN)/$$tool"; \
	  $(BIN)/$$tool || failed="$$failed, $$tool"; \
	done; \
	if [ -n "$$failed" ]; then echo "FAILED:$${failed#,}" >&2; exit 1; fi

# The tests of nnlib alone have to reach all of it, and only they pay for watching that they do.
unit: $(VENV)/test.stamp
	@rm -rf _build/coverage; mkdir -p _build/coverage; failed=; \
	$(BIN)/python -m coverage run -m pytest tests/test_*.py $(SHARED_OUT) || \
	  failed=', pytest of nnlib'; \
	$(BIN)/python -m coverage combine --quiet; \
	$(BIN)/python -m coverage report || failed="$$failed, coverage"; \
	$(BIN)/python -m pytest --ignore=tests/page --ignore-glob='tests/test_*.py' $(SHARED_OUT) || \
	  failed="$$failed, pytest of the book's tools"; \
	$(BIN)/python tools/mutate.py --sample 30 || failed="$$failed, tools/mutate.py"; \
	if [ -n "$$failed" ]; then echo "FAILED:$${failed#,}" >&2; exit 1; fi

compare: $(VENV)/book.stamp
	@$(BIN)/python -m pytest --nbval book $(SIDE_BY_SIDE) || { status=$$?; \
	  echo '"+" is what git has, "-" what this run printed. "Cell 20" counts code cells from 0.'; \
	  echo 'If the new output is right: make notebooks'; exit $$status; } >&2

page: $(VENV)/test.stamp book
	$(BIN)/python -m pytest tests/page $(SHARED_OUT)

bench: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks

# Lighthouse comes by npm and is no part of the environment: without npm the rest is printed.
audit: $(VENV)/test.stamp book
	$(BIN)/python -m benchmarks.audit

mutants: $(VENV)/test.stamp
	$(BIN)/python tools/mutate.py

# PyTorch is a second opinion, not a need. Where pip would bring the build for graphics cards,
# several gigabytes of it, this stops: give pip an index with the small one (PIP_INDEX_URL).
oracle: $(VENV)/book.stamp
	@plan=$$($(PIP) install --quiet --dry-run --report - '$(TORCH)') || exit 1; \
	if echo "$$plan" | grep -qiE '"name": *"(nvidia|triton|cuda)'; then \
	  echo '$(TORCH) is offered here only with its libraries for graphics cards: not installed.' >&2; \
	  exit 1; \
	fi
	@$(INSTALL) '$(TORCH)'

# OpenBLAS sums in another order on another processor, and with another number of threads.
# A number printed in a chapter has to survive that. Kernels this processor cannot run are left out.
determinism: $(VENV)/book.stamp
	@has() { ! [ -r /proc/cpuinfo ] || grep -qw "$$1" /proc/cpuinfo; }; \
	cores=Nehalem; \
	if has avx2; then cores="$$cores Haswell"; fi; \
	if [ -r /proc/cpuinfo ] && has avx512vl; then cores="$$cores SkylakeX"; fi; \
	for core in $$cores; do for threads in 1 2; do \
	  echo; echo "=== OpenBLAS kernels for $$core, $$threads thread(s)"; \
	  OPENBLAS_CORETYPE=$$core OPENBLAS_NUM_THREADS=$$threads \
	    $(BIN)/python -m pytest --nbval book $(SIDE_BY_SIDE) || exit 1; \
	done; done; \
	echo; echo "The same on: $$cores, with 1 and 2 threads."

# --- keeping ------------------------------------------------------------------------------------
# The same versions for every Python, where there are such (--fork-strategy fewest): readers see
# the same numbers. The tests' lock is made under the book's: they run what readers run.

lock: $(VENV)/test.stamp
	@mkdir -p _build
	@$(LOCK) --extra book > _build/book.lock
	@$(LOCK) --extra test --constraints _build/book.lock > _build/test.lock
	@header='# Made from pyproject.toml by "make lock": change that, not this.'; \
	{ echo "$$header"; echo '-e .'; cat _build/book.lock; } > requirements.txt; \
	{ echo "$$header"; cat _build/test.lock; } > tests/requirements.txt
	@echo 'Written: requirements.txt, tests/requirements.txt'

clean:
	rm -rf _build .mypy_cache .ruff_cache .hypothesis
