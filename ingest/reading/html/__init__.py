"""HTML from outside, made safe and absolute once, on the way in; and the text that it shows.

fragment   a fragment: its pictures, its clean form, what it shows
plain      the short way through all below, for what most publishers write
bbcode     what a forum's feed left of BBCode → HTML
tags       what a tag is
names      names in angle brackets that are no elements go, before they hide what follows
tree       any text → a tree
addresses  an address as written → an absolute one
drawings   HTML and pictures in SVG, which goes
custom     players and pictures in elements of AMP, WeChat and others → those of HTML
pictures   where a picture really is; players: the same of players, sounds and films
hidden     text that the page's script would have shown
lines      code whose lines are elements
formulas   each formula shown once: MathML (mathml, mathjax, katex), or else its TeX
repair     a tree → one that means the same wherever it is shown
allowed    what may be in it at last
plain_text plain text → HTML that keeps its lines
text       a tree → its visible text, and what it shows beside
"""

from ingest.reading.html.fragment import Fragment, clean
from ingest.reading.html.plain_text import from_text
from ingest.reading.html.text import shown_by, text_of

__all__ = ["Fragment", "clean", "from_text", "shown_by", "text_of"]
