# make lab     opens lesson 1 in JupyterLab
# make test    runs the unit tests and every notebook; DATA=<folder> on data of your own
# Both set up .venv when it is missing or older than requirements.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Notebooks run in their own folder, so a relative path must be made absolute first.
DATA_FOLDER := $(if $(DATA),$(abspath $(DATA)),sample)
# JupyterLab refuses to run as root unless told; its token and the loopback address protect it all the same.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab test lint slides diagrams notebooks clean

help:
	@sed -n 's/^# make/make/p' Makefile

lab: $(READY)
	@echo "Starting JupyterLab. Stop it with Ctrl-C. Open the address with the token that it prints below."
	$(BIN)/jupyter lab --ip=127.0.0.1 $(AS_ROOT) --LabApp.default_url=/lab/tree/notebooks/1-simple-rnn.ipynb

test: $(READY)
	TORCHNLP_DATA=$(DATA_FOLDER) $(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

# make slides    a deck for each lesson in build/slides
slides: $(READY)
	$(BIN)/jupyter nbconvert --to slides --output-dir build/slides \
		--SlidesExporter.reveal_width=1300 --SlidesExporter.reveal_height=1000 \
		--SlidesExporter.reveal_scroll=True --SlidesExporter.reveal_transition=none notebooks/*.ipynb

# make diagrams   draws images/*.png anew
diagrams: $(READY)
	$(BIN)/python images/draw.py

# make notebooks  executes every notebook in place (DATA=<folder with AG News> for the committed outputs)
notebooks: $(READY)
	TORCHNLP_DATA=$(DATA_FOLDER) $(BIN)/jupyter nbconvert --to notebook --execute --inplace \
		--ExecutePreprocessor.record_timing=False --ExecutePreprocessor.timeout=1200 notebooks/*.ipynb

# make clean      removes .venv and caches
clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.txt
	@echo "Setting up $(VENV) with what requirements.txt lists. The first time takes some minutes (PyTorch is large)."
	@$(PYTHON) -c 'import sys; sys.exit("This course needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -r requirements.txt
	$(BIN)/python -c "import torch, torchtext, torchinfo, jupyterlab, nbval"
	@touch $(READY)
