"""Clean HTML from outside: repair it, make its addresses absolute and its content safe.

cleaning   HTML from outside → safe HTML
tags       tags, as the standard's tokenizer reads them
names      remove names in angle brackets that are not elements, before they hide text
tree       any text → a tree
addresses  an address as written → an absolute one
drawings   replace SVG by the HTML and the pictures in it
custom     pictures and players in elements of AMP, WeChat and others → HTML's own
pictures   the address of a picture, wherever it was written
players    the address of a sound, film or player; named_players: from a service and an id
hidden     show text that the page's script would have shown
lines      add line ends to code that has one element for each line
formulas   each formula once: as MathML (mathml, mathjax, katex), otherwise as TeX
repair     a tree → one that every parser reads in the same way
allowed    nh3: the last step of all HTML that is stored
bbcode     BBCode of forums → HTML
text       a tree → its visible text, and the media in it; plain text → HTML that keeps its lines
"""

from ingest.reading.html.text import from_text, shown_by, text_of

__all__ = ["from_text", "shown_by", "text_of"]
