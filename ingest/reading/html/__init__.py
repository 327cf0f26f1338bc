"""HTML from outside, made safe and absolute once, on the way in; and the text that it shows.

tree       any text → a tree
addresses  an address as written → an absolute one
pictures   where a picture really is
repair     a tree → one that means the same wherever it is shown
allowed    what may be in it at last
text       a tree → its visible text
"""

from ingest.reading.html.cleaning import clean
from ingest.reading.html.text import text_of

__all__ = ["clean", "text_of"]
