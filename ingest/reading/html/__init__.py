"""Cleans a publisher's HTML: repairs it, makes its addresses absolute and its content safe.

cleaning   a publisher's HTML → safe HTML
tags       find tags in the same way as the standard's tokenizer
names      remove tags of unknown elements, because parsers would hide text with them
tree       any text → a tree
addresses  an address as written → an absolute one
drawings   replace SVG by the HTML and the pictures in it
custom     pictures and players in elements of AMP, WeChat and others → elements of HTML
pictures   find the address of a picture in the attributes of its element
players    find the address of a sound, film or player (named_players: from a service and an id)
hidden     show text that the page's script would have shown
lines      add line ends to code whose lines are separate elements
formulas   show each formula once: as MathML (mathml, mathjax, katex), otherwise as TeX
repair     a tree → a tree that looks the same on every page
allowed    sanitize with nh3, the last step for all HTML that is stored
for_page   safe HTML → safe HTML for a web page that has headings and styles of its own
bbcode     BBCode of forums → HTML
text       a tree → its visible text and its media; plain text → HTML with the same lines
"""

from ingest.reading.html.text import from_text, shown_by, text_of

__all__ = ["from_text", "shown_by", "text_of"]
