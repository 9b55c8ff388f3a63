"""What the tools write into pages, decks and diagrams: English, as it stands in say(...), or the course's language.

A course in another language, which zh/edition.py makes, has its words in zh/pages.mo, as gettext reads them.
"""

import gettext
import io
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "zh" / "pages.mo"
WORDS = gettext.GNUTranslations(io.BytesIO(FILE.read_bytes())) if FILE.is_file() else gettext.NullTranslations()
LANGUAGE = WORDS.info().get("language", "en")

say = WORDS.gettext
pgettext = WORDS.pgettext  # with a context before the message, for a word that has two meanings
