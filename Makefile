# Targets stand in groups, by who uses them. `make help` prints the headings, and what stands behind a target's name.
# lab and test take DATA=<folder>, for data of your own or for AG News.
# All set up .venv when it is missing or older than requirements.txt, and add what tools/, tests/ or site/ ask for when
# they need it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Notebooks run in their own folder, so a relative path must be made absolute first. ($(abspath) splits at blanks.)
DATA_FOLDER := $(if $(filter-out sample,$(DATA)),$(if $(filter /% ~%,$(firstword $(DATA))),,$(CURDIR)/)$(DATA),sample)
# JupyterLab refuses to run as root unless told; its token and the loopback address protect it all the same.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
PYTEST = TORCHNLP_DATA="$(DATA_FOLDER)" $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

.PHONY: help lab test test-all rooms lint slides site zh student collect grade marks export check questions arithmetic repo diagrams ag-news notebooks readme lock audit clean

help:
	@awk -F ':[^#]* # ' '/^[a-z-]+:.* # / { printf "  make %-10s %s\n", $$1, $$2 }  /^## / { print "\n" substr($$0, 4) }' Makefile

lab lock: $(VENV)/.ready
test lint arithmetic ag-news: $(VENV)/tests.ready
test arithmetic slides site questions diagrams notebooks readme: $(VENV)/tools.ready
site test-all: $(VENV)/site.ready
student collect grade marks export test-all: $(VENV)/tools/teaching.ready
slides site student questions: rooms

## For students

lab: COURSE = $(if $(filter zh,$(LANGUAGE)),build/zh/course,.)
lab: $(if $(filter zh,$(LANGUAGE)),$(VENV)/tools.ready) # opens lesson 1 in JupyterLab (LANGUAGE=zh: in Chinese)
	$(if $(filter zh,$(LANGUAGE)),$(BIN)/python -m tools.upkeep.zh course)
	@echo "Starting JupyterLab. Stop it with Ctrl-C. Open the address with the token that it prints below."
	cd $(COURSE) && $(if $(DATA),TORCHNLP_DATA="$(DATA_FOLDER)") "$(CURDIR)/$(BIN)/jupyter" lab --ip=127.0.0.1 $(AS_ROOT) --LabApp.default_url=/lab/tree/notebooks/1-simple-rnn.ipynb

## For instructors

slides: # a deck for each lesson in build/slides, with speaker notes; opens from the disk
	$(BIN)/python -m tools.teaching.slides

site: # the course as a web site in build/site, from the saved outputs; opens from the disk or any server
	$(BIN)/python -m tools.site.build

zh: site # the Chinese edition: course, student edition and slides in build/zh, the site in build/site/zh
	$(BIN)/python -m tools.upkeep.zh make

CLASS = term
student: # the student edition, which nbgrader releases: build/student for students, CLASS for you (CLASS=term, any folder)
	$(BIN)/python -m tools.teaching.student "$(CLASS)"

collect: # FROM=<folder or zip of your platform> LESSON=2: puts what was handed in into CLASS, and mends it
	@$(BIN)/python -m tools.teaching.collect "$(FROM)" "$(CLASS)" "$(LESSON)"

grade: # LESSON=2: nbgrader's autograde over all of it that is new or has changed
	@$(BIN)/python -m tools.teaching.grade "$(LESSON)" "$(CLASS)"

marks: # opens nbgrader's formgrader: read words, overrule a point, write a comment
	cd "$(CLASS)" && "$(CURDIR)/$(BIN)/jupyter" lab --ip=127.0.0.1 $(AS_ROOT) --LabApp.default_url=/formgrader

export: # LESSON=2: points for you, Moodle and Canvas, and the zip of feedback
	@$(BIN)/python -m tools.teaching.export "$(LESSON)" "$(CLASS)"

check: # SUBMISSION=file.ipynb LESSON=2: one file through all of this, in a term of its own
	@rm -rf build/check
	@$(MAKE) --no-print-directory student collect grade CLASS=build/check FROM="$(SUBMISSION)"

questions: # build/questions/questions.gift: the question bank for Moodle
	$(BIN)/python -m tools.teaching.questions

repo: # URL=https://github.com/me/my-course: writes your fork's address into every badge, link and set-up cell
	$(PYTHON) -m tools.teaching.repo "$(URL)"

## For maintainers

test: # the module, the lessons and their checks, offline, on the small corpus (LESSON=2: that lesson alone)
	$(if $(filter-out all,$(LESSON)),$(BIN)/python -m tools.lesson $(LESSON))
	$(PYTEST) -m "not slow" $(if $(filter-out all,$(LESSON)),notebooks/$(LESSON)-*.ipynb tests -k "$(LESSON)- or lesson_$(LESSON).py")

test-all: test # the same, then the tests of tools, site, pages and browsers, and the studies
	$(PYTEST) -m slow

rooms: $(VENV)/tools.ready # what a lesson's room lacks, or what is wrong in it
	@$(BIN)/python -m tools.lesson

lint: # the style of the code, in notebooks too
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/ruff check --config line-length=88 notebooks/*.ipynb notebooks/*/*.ipynb
	$(BIN)/ruff format --check --config line-length=88 notebooks/*.ipynb notebooks/*/*.ipynb

SSE4 = ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 MKL_ENABLE_INSTRUCTIONS=SSE4_2 OPENBLAS_CORETYPE=Nehalem
AVX2 = ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 OPENBLAS_CORETYPE=Haswell
OTHER = PYTHONPATH="$(CURDIR)/tools/upkeep/arithmetic"
COMPUTING = -m "not slow" notebooks $(patsubst %,tests/test_%.py,text batches training plots readers answers)
arithmetic: # runs lessons, and tests of what computes with weights, as other processors do; an hour or two
	$(SSE4) $(PYTEST) $(COMPUTING)
	$(AVX2) $(PYTEST) $(COMPUTING)
	$(OTHER) ARITHMETIC_MOVE=1e-6 $(PYTEST) $(COMPUTING)
	$(OTHER) ARITHMETIC_THREADS=2 OPENBLAS_NUM_THREADS=2 $(PYTEST) $(COMPUTING)

ag-news: DATA_FOLDER = $(HOME)/.cache/torchnlp
ag-news: # runs every notebook and study on AG News, which it fetches if need be; about three hours
	TORCHNLP_DATA= $(BIN)/python -c "from torchnlp import load_dataset; load_dataset()"
	$(PYTEST) notebooks --nbval-cell-timeout=3600

diagrams: # draws images/*.png anew
	$(BIN)/python -m images.draw

notebooks: # executes every notebook in place (DATA=<folder with AG News> for the committed outputs)
	TORCHNLP_DATA="$(DATA_FOLDER)" $(BIN)/python -m tools.upkeep.run_notebooks notebooks/*.ipynb

readme: # makes the tables of README.md from the outputs of the notebooks
	$(BIN)/python -m tools.upkeep.readme

lock: # writes .ci/constraints.txt: the exact versions that CI installs. Run the tests with them before you commit
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --no-annotate --custom-compile-command 'make lock' -o .ci/constraints.txt $(wildcard requirements.txt */requirements.txt */*/requirements.txt)

audit: # asks PyPI which of these versions have known security holes (needs the internet)
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet pip-audit
	build/audit/bin/pip-audit --strict --requirement .ci/constraints.txt --no-deps --disable-pip

clean: # removes .venv and caches
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis

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
