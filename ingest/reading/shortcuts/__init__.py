"""Faster ways to read documents in simple form; the full ways read the same and more.

split       a feed's bytes → head, items, tail: only new items are then parsed
plain_feed  plain RSS 2.0 and Atom by libxml2 (plain_elements: element by element)
plain_html  plain HTML in one pass (plain_text: its texts)

`GUIDANG_SHORTCUTS=off` in the environment switches them off: feedparser and the full cleaner then
read everything. Use it in tests, or to find out whether a short cut causes a problem.
"""

import os

ENABLED = os.environ.get("GUIDANG_SHORTCUTS", "on") != "off"
