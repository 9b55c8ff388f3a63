# The part teach: decks, questions, the student edition, and grading with nbgrader. The Makefile includes this file.

TEACH = $(VENV)/teach.ready
$(TEACH): $(VENV)/tools.ready
$(VENV)/teach.tests.ready: $(VENV)/tests.ready $(TEACH)
	@touch $@

.PHONY: slides student collect grade marks export check questions plans test-teach
slides student collect grade marks export questions plans: $(TEACH)
slides student questions: rooms
slides: build/npm-teach/.ready $(if $(wildcard web),figures)
PARTS_TESTS += test-teach

## For instructors (the part teach)

slides: # a deck for each lesson in build/slides, with speaker notes; opens from the disk
	$(BIN)/python -m teach.slides

CLASS = term
student: # the student edition, which nbgrader releases: build/student for students, CLASS for you (CLASS=term, any folder)
	$(BIN)/python -m teach.student "$(CLASS)"

collect: # FROM=<folder or zip of your platform> LESSON=2: puts what was handed in into CLASS, and mends it
	@$(BIN)/python -m teach.collect "$(FROM)" "$(CLASS)" "$(LESSON)"

grade: # LESSON=2: nbgrader's autograde over all of it that is new or has changed
	@$(BIN)/python -m teach.grade "$(LESSON)" "$(CLASS)"

marks: # opens nbgrader's formgrader: read words, overrule a point, write a comment
	cd "$(CLASS)" && "$(CURDIR)/$(BIN)/jupyter" lab --ip=127.0.0.1 $(AS_ROOT) --LabApp.default_url=/formgrader

export: # LESSON=2: points for you, Moodle and Canvas, and the zip of feedback
	@$(BIN)/python -m teach.export "$(LESSON)" "$(CLASS)"

check: # SUBMISSION=file.ipynb LESSON=2: one file through all of this, in a term of its own
	@rm -rf build/check
	@$(MAKE) --no-print-directory student collect grade CLASS=build/check FROM="$(SUBMISSION)"

questions: # build/questions/questions.gift: the question bank for Moodle
	$(BIN)/python -m teach.questions

plans: # writes the plans of the classes, from the decks, into INSTRUCTORS.md
	$(BIN)/python -m teach.plans

test-teach: $(VENV)/teach.tests.ready build/npm-teach/.ready $(if $(wildcard web),figures) # the tests of this part
	$(PYTEST) teach/tests

build/npm-teach/.ready: teach/package.json | $(TEACH)
	@mkdir -p $(@D) && cp $< $(@D)
	cd $(@D) && PATH="$(CURDIR)/$(BIN):$$PATH" npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@
