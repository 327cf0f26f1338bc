"""Faster ways to read what is written plainly. Everything is read without them as well.

split       a feed's bytes → head, items, tail, so that only new items are parsed
plain_feed  plain RSS 2.0 and Atom by libxml2 (plain_elements: element by element)
plain_html  plain HTML in one pass (plain_text: its texts)

`GUIDANG_SHORTCUTS=off` in the environment switches them off: feedparser and the full cleaner then
read everything. It is for tests, and for finding out whether a short cut is to blame.
"""

import os

ENABLED = os.environ.get("GUIDANG_SHORTCUTS", "on") != "off"
