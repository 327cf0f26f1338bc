"""Faster ways to read simple documents, with the same results as the full parsers.

split       a feed's bytes → head, items, tail: only new items are then parsed
plain_feed  reads plain RSS 2.0 and Atom with libxml2 (plain_elements: element by element)
plain_html  cleans plain HTML in one pass (plain_text: its texts)

`GUIDANG_SHORTCUTS=off` in the environment switches the shortcuts off: feedparser and the full
cleaner then read everything. Use it in tests, or to find out whether a shortcut causes a problem.
"""

import os

ENABLED = os.environ.get("GUIDANG_SHORTCUTS", "on") != "off"
