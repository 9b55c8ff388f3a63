# The part zh: the Chinese edition of the course, its decks and its site. The Makefile includes this file.

$(VENV)/zh.ready: $(VENV)/tools.ready $(patsubst %/requirements.txt,$(VENV)/%.ready,$(wildcard teach/requirements.txt web/requirements.txt))
$(VENV)/zh.tests.ready: $(VENV)/tests.ready $(VENV)/zh.ready
	@touch $@

.PHONY: zh lab-zh zh-status test-zh
PARTS_TESTS += test-zh

## In Chinese (the part zh)

zh: $(VENV)/zh.ready $(if $(wildcard web),site) $(if $(wildcard teach),build/npm-teach/.ready) # the Chinese edition: course, student edition and slides in build/zh, the site in build/site/zh
	$(BIN)/python -m zh.edition make

lab-zh: $(VENV)/zh.ready $(VENV)/.ready # opens lesson 1 in Chinese in JupyterLab
	$(BIN)/python -m zh.edition course
	$(MAKE) --no-print-directory lab COURSE=build/zh/course

zh-status: $(VENV)/zh.ready # what is not translated, by file
	$(BIN)/python -m zh.edition status

test-zh: $(VENV)/zh.tests.ready # the tests of this part
	$(PYTEST) zh/tests
