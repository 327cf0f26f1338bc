"""Change emphasis that CommonMark would show as asterisks.

In `**“Hello.”**he`, CommonMark (6.2) sees no emphasis, because the last character inside is
punctuation and the next character outside is a letter. In Chinese, there is no space between them,
so such punctuation is moved out of the emphasis.
"""

from __future__ import annotations

import unicodedata

import lxml.html

_EMPHASIS = frozenset({"b", "strong", "i", "em", "del", "s", "strike", "cite", "dfn", "var", "q"})
_INLINE = _EMPHASIS | frozenset(
    "a abbr br code font ins kbd label mark samp small span sub sup time tt u".split()
)


def settle_emphasis(tree: lxml.html.HtmlElement) -> None:
    """Move punctuation out of emphasis; remove emphasis that Markdown cannot express."""
    for element in reversed(list(tree.iterdescendants(*_EMPHASIS))):
        if not element.text_content().strip() or _holds_blocks(element):
            element.drop_tag()
            continue
        _move_out_at_start(element)
        _move_out_at_end(element)
        if not element.text_content().strip() or not _is_writable(element):
            element.drop_tag()


def _holds_blocks(element: lxml.html.HtmlElement) -> bool:
    return any(inner.tag not in _INLINE for inner in element.iterdescendants())


def _move_out_at_start(element: lxml.html.HtmlElement) -> None:
    text = element.text or ""
    inside = text.lstrip()
    count = next((i for i, one in enumerate(inside) if not _is_sign(one)), len(inside))
    if count and not _ends_with_space(_text_before(element)):
        count += len(text) - len(inside)
        element.text = text[count:]
        _append_before(element, text[:count])


def _move_out_at_end(element: lxml.html.HtmlElement) -> None:
    text = (element[-1].tail if len(element) else element.text) or ""
    inside = text.rstrip()
    count = next((i for i, one in enumerate(reversed(inside)) if not _is_sign(one)), len(inside))
    if count and not _begins_with_space(_text_after(element)):
        kept = inside[: len(inside) - count]
        element.tail = text[len(kept) :] + (element.tail or "")
        if len(element):
            element[-1].tail = kept
        else:
            element.text = kept


def _is_writable(element: lxml.html.HtmlElement) -> bool:
    """Return whether an asterisk at each end can open and close the emphasis."""
    first, last = (element.text or "")[:1], (element[-1].tail if len(element) else element.text)
    opens = bool(first) or _ends_with_space(_text_before(element))
    closes = bool(last) or _begins_with_space(_text_after(element))
    return opens and closes


def _begins_with_space(text: str) -> bool:
    return not text or text[0].isspace() or _is_sign(text[0])


def _ends_with_space(text: str) -> bool:
    return not text or text[-1].isspace() or _is_sign(text[-1])


def _text_before(element: lxml.html.HtmlElement) -> str:
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        return previous.tail or _text_of_neighbour(previous)
    return "" if parent is None else parent.text or _text_of_neighbour(parent)


def _text_after(element: lxml.html.HtmlElement) -> str:
    following, parent = element.getnext(), element.getparent()
    neighbour = parent if following is None else following
    return element.tail or ("" if neighbour is None else _text_of_neighbour(neighbour))


def _text_of_neighbour(element: lxml.html.HtmlElement) -> str:
    """Return the letter `x` for an inline element, because its text may be next to the emphasis.

    Otherwise, and for `<br>`, return an empty string.
    """
    return "x" if element.tag in _INLINE and element.tag != "br" else ""


def _append_before(element: lxml.html.HtmlElement, text: str) -> None:
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    elif parent is not None:
        parent.text = (parent.text or "") + text


def _is_sign(character: str) -> bool:
    """Return whether a character is punctuation or a symbol."""
    return bool(character) and unicodedata.category(character)[0] in "PS"
