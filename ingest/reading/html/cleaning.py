"""Any text that calls itself HTML becomes HTML that is safe in every page, and stays so."""

from __future__ import annotations

import html
import re

from lxml import etree

from ingest.reading.html.allowed import sanitize
from ingest.reading.html.repair import repair
from ingest.reading.html.tree import make_sound, parse_fragment

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:[a-zA-Z]|#[0-9xX])[0-9a-zA-Z]*;")
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*(?=\n)")
_WHITE_SPACE = re.compile(r"[ \t\n\f]+")


def clean(fragment: str, *, base_url: str | None) -> str:
    """Return the fragment as safe HTML whose addresses are absolute; never raises.

    Cleaning what is clean changes nothing. Text without any markup keeps its lines: blank lines
    part paragraphs, others become `<br>`.
    """
    text = make_sound(fragment)
    if not _MARKUP.search(text):
        return sanitize(_mark_up(text))
    tree = parse_fragment(text)
    repair(tree, base_url)
    result = sanitize(etree.tostring(tree, method="html", encoding="unicode"))
    if "\n" in result and not _MARKUP.search(result):
        # The line ends of HTML are blanks; left alone they would be taken for lines next time.
        return _WHITE_SPACE.sub(" ", result).strip()
    return result


def _mark_up(text: str) -> str:
    escaped = html.escape(text.strip(), quote=False)
    if "\n" not in escaped:
        return escaped
    paragraphs = _BLANK_LINES.sub("\n", escaped).split("\n\n")
    lines = ("<br>".join(filter(None, map(str.strip, p.split("\n")))) for p in paragraphs)
    return "\n".join(f"<p>{line}</p>" for line in lines if line)
