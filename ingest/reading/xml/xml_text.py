"""Prepares XML text for feedparser: finds the root element, repairs errors, checks bounds.

Other modules read the feed itself.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.entities import html5
from xml.parsers import expat

from ingest.reading.xml.bounds import MAX_ATTRIBUTES, MAX_DEPTH, OutOfBoundsError, cut_to_bounds

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})

_TAG_NAME = re.compile(r"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)")
_FEED_TAG = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed)[\s>]", re.IGNORECASE)
# Up to this many characters before the root may be rubbish, such as PHP warnings or blank lines.
_SEARCHED = 65_536
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[>]*\[[^\]]*\]\s*>|[^\[>]*>)", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,64})\s+(?:\"([^\"&%<]{0,64})\"|'([^'&%<]{0,64})')")
_NAMESPACE = re.compile(r"(\sxmlns(?::[\w.-]+)?\s*=\s*)(\"[^\"<>]*\"|'[^'<>]*')")
# The characters, including surrogates, that XML forbids (XML 1.0 section 2.2, Char).
_NOT_CHAR = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile("&(?:amp;)?#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_REFERENCES = re.compile(f"(?:{_REFERENCE.pattern})+")
_BLANK = " \t\r\n\f\v\0\ufeff\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The root element: its local name in lower case, and the position of its tag.

    `rubbish` is true if the document has text before the root that XML does not allow there.
    """

    name: str
    start: int
    rubbish: bool = False


def find_root(text: str) -> Root | None:
    """Find the root element; the root of a feed may come after other text."""
    start = _skip_prolog(text)
    tag = _TAG_NAME.match(text, start)
    name = tag[2].lower() if tag else ""
    if name not in FEED_ROOTS and name != "html":
        found = _FEED_TAG.search(text, start, start + _SEARCHED)
        if found and (feed_tag := _TAG_NAME.match(text, found.start())):
            return Root(name=feed_tag[2].lower(), start=found.start(), rubbish=True)
    return Root(name=name, start=start) if tag else None


def _skip_prolog(text: str) -> int:
    """Return the position after the prolog: comments, DOCTYPE etc. (XML 1.0 section 2.8)."""
    pos = 0
    while (begin := text.find("<", pos)) >= 0 and not text[pos:begin].strip():
        if text.startswith("<?", begin):
            end = text.find("?>", begin)
            pos = end + 2
        elif text.startswith("<!--", begin):
            end = text.find("-->", begin)
            pos = end + 3
        elif doctype := _DOCTYPE.match(text, begin):
            end = pos = doctype.end()
        else:
            return begin
        if end < 0:
            break
    return len(text) - len(text[pos:].lstrip())


def isolate_root(text: str, root: Root) -> str:
    """Replace everything before the root by a new declaration; resolve the entities defined there.

    So no parser gets a DOCTYPE, which could contain an external subset or nested entities.
    """
    own = {}
    if root.start and "<!ENTITY" in text[: root.start]:
        own = {m[1]: m[2] or m[3] or "" for m in _ENTITY.finditer(text, 0, root.start)}
    body = cut_to_bounds(_NAMESPACE.sub(_without_blanks, text[root.start :]))
    return DECLARATION + (mend(body, own) if own else body)


def _without_blanks(declaration: re.Match[str]) -> str:
    """Remove blanks from a namespace's address, because feedparser would cut it at a blank."""
    return declaration[1] + "".join(declaration[2].split())


def is_well_formed(text: str) -> bool:
    """Return whether a namespace-aware XML parser can read the whole text.

    Raise OutOfBoundsError for too deep nesting and for too many attributes in a tag, because
    feedparser would need quadratic time for them.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def open_element(_name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise OutOfBoundsError(f"XML nested more than {MAX_DEPTH} elements deep")
        if len(attributes) > MAX_ATTRIBUTES:
            raise OutOfBoundsError(f"XML with more than {MAX_ATTRIBUTES} attributes in a tag")

    def close_element(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = open_element, close_element
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError:
        return False
    return True


_ENTRY_TAG = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]")


def ends_within_an_entry(text: str) -> bool:
    """Return whether the last entry is not closed, as in a document that was cut."""
    tags = _ENTRY_TAG.findall(text)
    return bool(tags) and not tags[-1]


_KEPT = frozenset({"lt", "gt", "amp", "quot", "apos"})
_NAMED = re.compile(r"&([A-Za-z][\w.-]{0,63});")
_BARE = re.compile(r"&(?!#[0-9]+;|#x[0-9a-fA-F]+;|(?:lt|gt|amp|quot|apos);)")
# Text such as `a<b and c>d`, or `a<b` before another tag, looks like a tag but cannot be one.
_NO_TAG = re.compile(
    r"<(?=[A-Za-z][\w.:-]*+(?:\s++(?!(?:allowfullscreen|async|autoplay|checked|controls|defer|disabled"
    r"|hidden|loop|muted|open|reversed|selected)\b)[\w.:-]++)++\s*+>|[A-Za-z][^<>=\"'/]*+<)"
)
_LAST_TAG = re.compile(r"</[\w.:-]+\s*>")


def mend(text: str, entities: dict[str, str] | None = None) -> str:
    """Resolve HTML's entities, escape bare `&` and `<`, and drop everything after the root.

    CDATA sections stay unchanged.
    """
    known = entities or {}

    def resolve(match: re.Match[str]) -> str:
        name = match[1]
        if name in _KEPT:
            return match[0]
        value = known.get(name, html5.get(name + ";"))
        return match[0] if value is None else html.escape(value, quote=False)

    pieces, pos = [], 0
    while pos < len(text):
        begin = text.find("<![CDATA[", pos)
        end = text.find("]]>", begin) + 3 if begin >= 0 else 0
        begin, end = (begin, end) if end >= 3 else (len(text), len(text))
        between = _NO_TAG.sub("&lt;", _NAMED.sub(resolve, text[pos:begin]))
        pieces += [_BARE.sub("&amp;", between), text[begin:end]]
        pos = end
    return _drop_tail("".join(pieces))


def _drop_tail(text: str) -> str:
    """Drop text after the end tag of the root, such as scripts or a second document."""
    tag = _TAG_NAME.search(text)
    end = text.rfind(f"</{tag[0][1:]}") if tag else -1
    if end < 0 or (last := _LAST_TAG.match(text, end)) is None:
        return text
    return text[: last.end()]


def repair(text: str) -> str:
    """Return a text without leading blanks and without characters that XML parsers reject.

    References to the two surrogates of an emoji (`&#55356;&#57225;`, written by programs that use
    UTF-16) become one character. Other references to characters that XML forbids are dropped.
    """
    text = text.lstrip(_BLANK)
    if _NOT_CHAR.search(text):
        text = _NOT_CHAR.sub("", text)
    return _REFERENCES.sub(_repair_run, text) if "#" in text else text


def legal(text: str) -> str:
    """Drop the characters that XML and the database forbid (XML 1.0 section 2.2, Char)."""
    return _NOT_CHAR.sub("", text)


def _repair_run(run: re.Match[str]) -> str:
    """Repair a run of adjacent references; valid references stay unchanged."""
    pieces: list[str] = []
    high = 0
    for match in _REFERENCE.finditer(run[0]):
        point = _code_point(match)
        if 0xD800 <= point <= 0xDBFF:
            high = point
            continue
        if high and 0xDC00 <= point <= 0xDFFF:
            pieces.append(chr(0x10000 + ((high - 0xD800) << 10) + point - 0xDC00))
        elif point < 0x110000 and not _NOT_CHAR.match(chr(point)):
            pieces.append(match[0])
        high = 0
    return "".join(pieces)


def _code_point(reference: re.Match[str]) -> int:
    """Return the code point of a reference, or 0x110000 if the number is too long."""
    digits = (reference[1] or reference[2]).lstrip("0")
    return 0x110000 if len(digits) > 7 else int(digits or "0", 16 if reference[1] else 10)
