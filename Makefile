# Targets stand in groups, by who uses them. `make help` prints the headings, and what stands behind a target's name.
# lab and test take DATA=<folder>, for data of your own or for AG News.
# All set up .venv when it is missing or older than requirements.txt, and add what tests, tools and parts ask for when
# they need it. The parts (teach, web, zh) bring targets of their own, in the files that are included near the end.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Notebooks run in their own folder, so a relative path must be made absolute first. ($(abspath) splits at blanks.)
DATA_FOLDER := $(if $(filter-out sample,$(DATA)),$(if $(filter /% ~%,$(firstword $(DATA))),,$(CURDIR)/)$(DATA),sample)
# JupyterLab refuses to run as root unless told; its token and the loopback address protect it all the same.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
PYTEST = TORCHNLP_DATA="$(DATA_FOLDER)" $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

.PHONY: help lab test test-all parts rooms lint repo arithmetic diagrams ag-news notebooks readme lock audit clean

help:
	@awk -F ':[^#]* # ' '/^[a-z-]+:.* # / { printf "  make %-10s %s\n", $$1, $$2 }  /^## / { print "\n" substr($$0, 4) }' $(MAKEFILE_LIST)

lab lock: $(VENV)/.ready
test lint arithmetic ag-news test-all: $(VENV)/tests.ready
test test-all arithmetic diagrams notebooks readme: $(VENV)/tools.ready

## For students

COURSE = .
lab: # opens lesson 1 in JupyterLab
	@echo "Starting JupyterLab. Stop it with Ctrl-C. Open the address with the token that it prints below."
	cd $(COURSE) && $(if $(DATA),TORCHNLP_DATA="$(DATA_FOLDER)") "$(CURDIR)/$(BIN)/jupyter" lab --ip=127.0.0.1 $(AS_ROOT) --LabApp.default_url=/lab/tree/notebooks/1-simple-rnn.ipynb

## For a fork

repo: # URL=https://github.com/me/my-course: writes your fork's address into every badge, link and set-up cell
	$(PYTHON) -m tools.repo "$(URL)"

## For maintainers

test: # the module, the lessons and their checks, offline, on the small corpus (LESSON=2: that lesson alone)
	$(if $(filter-out all,$(LESSON)),$(BIN)/python -m tools.lesson $(LESSON))
	$(PYTEST) $(if $(filter-out all,$(LESSON)),notebooks/$(LESSON)-*.ipynb tests/test_*.py -k "$(LESSON)- or lesson_$(LESSON).py")

test-all: test # the same, then the studies, what takes long, and the tests of the parts that are there
	$(PYTEST) notebooks/*/*.ipynb tests/long
	@for part in $(PARTS_TESTS); do $(MAKE) --no-print-directory $$part || exit 1; done

parts: $(VENV)/tests.ready # deletes each part in a copy of the course, then all of them, and tests what is left
	$(BIN)/python -m tools.parts

rooms: $(VENV)/tools.ready # what a lesson's room lacks, or what is wrong in it
	@$(BIN)/python -m tools.lesson

lint: # the style of the code, in notebooks too
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/ruff check --config line-length=88 notebooks/*.ipynb notebooks/*/*.ipynb
	$(BIN)/ruff format --check --config line-length=88 notebooks/*.ipynb notebooks/*/*.ipynb

SSE4 = ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 MKL_ENABLE_INSTRUCTIONS=SSE4_2 OPENBLAS_CORETYPE=Nehalem
AVX2 = ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 OPENBLAS_CORETYPE=Haswell
OTHER = PYTHONPATH="$(CURDIR)/tools/arithmetic"
COMPUTING = notebooks/*.ipynb $(patsubst %,tests/test_%.py,text batches training plots readers answers)
arithmetic: # runs lessons, and tests of what computes with weights, as other processors do; an hour or two
	$(SSE4) $(PYTEST) $(COMPUTING)
	$(AVX2) $(PYTEST) $(COMPUTING)
	$(OTHER) ARITHMETIC_MOVE=1e-6 $(PYTEST) $(COMPUTING)
	$(OTHER) ARITHMETIC_THREADS=2 OPENBLAS_NUM_THREADS=2 $(PYTEST) $(COMPUTING)

ag-news: DATA_FOLDER = $(HOME)/.cache/torchnlp
ag-news: # runs every notebook and study on AG News, which it fetches if need be; about three hours
	TORCHNLP_DATA= $(BIN)/python -c "from torchnlp import load_dataset; load_dataset()"
	$(PYTEST) notebooks/*.ipynb notebooks/*/*.ipynb --nbval-cell-timeout=3600

diagrams: # draws images/*.png anew
	$(BIN)/python -m images.draw

notebooks: # executes every notebook in place (DATA=<folder with AG News> for the committed outputs)
	TORCHNLP_DATA="$(DATA_FOLDER)" $(BIN)/python -m tools.run_notebooks notebooks/*.ipynb

readme: # makes the table of README.md from the outputs of the notebooks
	$(BIN)/python -m tools.readme

lock: # writes .ci/constraints.txt: the exact versions that CI installs. Run the tests with them before you commit
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --no-annotate --custom-compile-command 'make lock' -o .ci/constraints.txt $(wildcard requirements.txt */requirements.txt)

audit: # asks PyPI which of these versions have known security holes (needs the internet)
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet pip-audit
	build/audit/bin/pip-audit --strict --requirement .ci/constraints.txt --no-deps --disable-pip

clean: # removes .venv and caches
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis

include $(wildcard */*.mk)

INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off $(addprefix -c ,$(CONSTRAINTS)) -r

$(VENV)/.ready: requirements.txt $(CONSTRAINTS)
	@echo "Setting up $(VENV) with what requirements.txt lists. The first time takes some minutes (PyTorch is large)."
	@$(PYTHON) -c 'import sys; sys.exit("This course needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) requirements.txt
	$(BIN)/python -c "import torch, torchtext, torchinfo, jupyterlab, nbval"
	@touch $(VENV)/.ready

$(VENV)/%.ready: %/requirements.txt $(VENV)/.ready
	$(INSTALL) $<
	@mkdir -p $(@D) && touch $@
