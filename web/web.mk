# The part web: the pages that need no Python, and the site. The Makefile includes this file.

$(VENV)/web.ready: $(VENV)/tools.ready
$(VENV)/web.tests.ready: $(VENV)/tests.ready $(VENV)/web.ready
	@touch $@

.PHONY: site figures test-web
site: $(VENV)/web.ready rooms
PARTS_TESTS += test-web

## The site (the part web)

site: # the course as a web site in build/site, from the saved outputs; opens from the disk or any server
	$(BIN)/python -m web.build

figures: $(VENV)/web.ready # the figures that move, in build/figures, for decks
	$(BIN)/python -m web.figures

test-web: $(VENV)/web.tests.ready # the tests of this part
	$(PYTEST) web/tests
