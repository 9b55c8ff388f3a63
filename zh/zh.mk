# The part zh: the Chinese edition of the course, its decks and its site. The Makefile includes this file.

$(VENV)/zh.ready: $(VENV)/tools.ready $(VENV)/teach.ready $(VENV)/web.ready
$(VENV)/zh.tests.ready: $(VENV)/tests.ready $(VENV)/zh.ready
	@touch $@

.PHONY: zh lab-zh test-zh
PARTS_TESTS += test-zh

## In Chinese (the part zh)

zh: $(VENV)/zh.ready site # the Chinese edition: course, student edition and slides in build/zh, the site in build/site/zh
	$(BIN)/python -m zh.edition make

lab-zh: $(VENV)/zh.ready $(VENV)/.ready # opens lesson 1 in Chinese in JupyterLab
	$(BIN)/python -m zh.edition course
	$(MAKE) --no-print-directory lab COURSE=build/zh/course

test-zh: $(VENV)/zh.tests.ready # the tests of this part
	$(PYTEST) zh/tests
