"""HTML from outside, made safe and absolute once, on the way in; and the text that it shows.

tree       any text → a tree
addresses  an address as written → an absolute one
pictures   where a picture really is
repair     a tree → one that means the same wherever it is shown
allowed    what may be in it at last
text       a tree → its visible text, and what it shows beside
"""

from ingest.reading.html.cleaning import clean
from ingest.reading.html.text import media_of, text_of, text_of_tree
from ingest.reading.html.tree import parse_fragment

__all__ = ["clean", "media_of", "parse_fragment", "text_of", "text_of_tree"]
