"""Add paragraphs to a post's text as WordPress does when it shows the post (`wpautop`).

An export has the text as written: blank lines separate paragraphs, other line ends become `<br>`.
"""

from __future__ import annotations

import re

_BLOCKS = (
    "(?:table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|map"
    "|area|blockquote|address|style|p|h[1-6]|hr|fieldset|legend|section|article|aside|hgroup"
    "|header|footer|nav|figure|figcaption|details|menu|summary)"
)
_VERBATIM = re.compile(r"<(pre|script|style|svg)\b", re.IGNORECASE)
_KEPT = re.compile("\ue000(\\d+)\ue001")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_BLANKS = re.compile(r"[^\S\n]{2,}")
_PARTED = re.compile(r"\n[ \t]*\n\s*")

# Corrections of `<p>` next to other elements, in WordPress's order.
_REPAIRS = [
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        (r"<p>\s*</p>", ""),
        (r"<p>([^<]+)</(div|address|form)>", r"<p>\1</p></\2>"),
        (rf"<p>\s*(</?{_BLOCKS}(?:\s[^<>]*)?/?>)\s*</p>", r"\1"),
        (r"<p>(<li[^\n]+?)</p>", r"\1"),
        (r"<p><blockquote([^<>]*)>", r"<blockquote\1><p>"),
        (r"</blockquote></p>", "</p></blockquote>"),
        (rf"<p>\s*(</?{_BLOCKS}(?:\s[^<>]*)?/?>)", r"\1"),
        (rf"(</?{_BLOCKS}(?:\s[^<>]*)?/?>)\s*</p>", r"\1"),
        (r"(<br ?/?>)?[ \t]*\n", lambda found: f"{found[1] or '<br>'}\n"),
        (rf"(</?{_BLOCKS}(?:\s[^<>]*)?/?>)\s*<br>", r"\1"),
        (r"<br>(\s*</?(?:p|li|div|dl|dd|dt|th|pre|td|ul|ol)(?:\s[^<>]*)?>)", r"\1"),
    )
]
_FIGCAPTION = re.compile(r"\n{0,4}(</?figcaption\b[^<>]*>)\n{0,4}", re.IGNORECASE)
_LONGEST = 300_000  # characters; a longer text is only split at blank lines
_OPENED = re.compile(rf"(<{_BLOCKS}[\s/>])", re.IGNORECASE)
_CLOSED = re.compile(rf"(</{_BLOCKS}>|<hr\s*/?>)", re.IGNORECASE)


def paragraphs(text: str) -> str:
    """Return the text of a post as HTML; text of the block editor is returned unchanged."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<!-- wp:" in text:
        return text
    if len(text) > _LONGEST:
        return "\n".join(f"<p>{piece}</p>" for piece in _PARTED.split(text))
    text, kept = _without_verbatim(text.replace("\ue000", "").replace("\ue001", ""))
    text = _KEPT.sub(lambda found: kept[int(found[1])], _split_blocks(text))
    return text.strip()


def _without_verbatim(text: str) -> tuple[str, list[str]]:
    """Return the text with marks in place of elements such as `pre`, and these elements."""
    pieces: list[str] = []
    kept: list[str] = []
    at, lower = 0, text.lower()
    unclosed: set[str] = set()
    for opened in _VERBATIM.finditer(text):
        name = opened[1].lower()
        if opened.start() < at or name in unclosed:
            continue
        end = lower.find(f"</{name}>", opened.end())
        if end < 0:
            unclosed.add(name)
            continue
        end += len(name) + 3
        around = "\n\n" if name == "pre" else ""
        pieces += [text[at : opened.start()], around, f"\ue000{len(kept)}\ue001", around]
        kept.append(text[opened.start() : end])
        at = end
    return "".join([*pieces, text[at:]]), kept


def _split_blocks(text: str) -> str:
    text = _BLANKS.sub(" ", text)
    text = re.sub(r"<br ?/?>[ \n]*<br ?/?>", "\n\n", text)
    text = _CLOSED.sub(r"\1\n\n", _OPENED.sub(r"\n\n\1", text))
    text = _FIGCAPTION.sub(r"\1", text)
    text = _TAG.sub(lambda tag: tag[0].replace("\n", " "), text)
    pieces = (piece.strip() for piece in _PARTED.split(text))
    return "\n".join(_repair(piece) for piece in pieces if piece)


def _repair(piece: str) -> str:
    if re.fullmatch(_KEPT, piece):
        return piece
    html = f"<p>{piece}</p>"
    for pattern, by in _REPAIRS:
        html = pattern.sub(by, html)
    return html
