"""Plain text becomes HTML that keeps its lines, whatever characters are in it."""

from __future__ import annotations

import html
import re

_LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n\n"})
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*(?=\n)")


def from_text(text: str) -> str:
    """Escape a text; blank lines part paragraphs, other line ends become `<br>`."""
    text = text.strip().replace("\r\n", "\n").translate(_LINE_ENDS)
    escaped = html.escape(text, quote=False).replace("\xa0", "&nbsp;")
    if "\n" not in escaped:
        return escaped
    paragraphs = _BLANK_LINES.sub("\n", escaped).split("\n\n")
    lines = ("<br>".join(filter(None, map(str.strip, p.split("\n")))) for p in paragraphs)
    return "\n".join(f"<p>{line}</p>" for line in lines if line)
