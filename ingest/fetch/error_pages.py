"""Extract the words of an error page that tell an operator what is wrong.

All functions are pure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection

import nh3

from ingest.fetch.exchange import Headers

_LONGEST_DETAIL = 200
_BLOCK = re.compile(
    r"<(?:/?(?:address|article|aside|blockquote|button|caption|center|dd|details|dialog|div|dl|dt"
    r"|fieldset|figcaption|figure|footer|form|h[1-6]|header|hgroup|label|legend|li|main|menu|nav|ol"
    r"|optgroup|option|p|pre|section|select|summary|table|tbody|td|textarea|tfoot|th|thead|tr|ul|body"
    r"|html|head|title)|br|hr|img|input)(?=[\s/>])",
    re.IGNORECASE,
)
# An end tag directly before a start tag separates words, but `<b>w</b>rong` is one word.
_SIDE_BY_SIDE = re.compile(r"(</[a-z][a-z0-9]*>)(?=<[a-z])", re.IGNORECASE)
_LINE_END = "\ue000"  # stands for the end of a block while tags are removed
_UNSEEN = {"script", "style", "title", "template", "noscript"}
# RSSHub writes the reason after these words, on the same line or on the next.
_REASON_FOLLOWS = re.compile(r"Error Message\s*[:：]\s*(.*)", re.IGNORECASE)


def detail_of(headers: Headers, body: bytes, secrets: Collection[str]) -> str:
    """Return the first words of an error page; in RSSHub's pages, the reason of the error.

    `secrets` are replaced by `***`, because some pages repeat the request.
    """
    media_type = headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if not media_type.startswith("text/") and not media_type.endswith(("json", "xml", "xhtml")):
        return ""
    text = words_of(_decode(body))
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text[:_LONGEST_DETAIL]


def _decode(body: bytes) -> str:
    # An error in the last bytes only means that the body was cut off within a character.
    for encoding in ("utf-8", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(body) - 4:
                return body[: error.start].decode(encoding)
    return body.decode("utf-8", "replace")


def words_of(page: str) -> str:
    """Return the reason that RSSHub's error page gives, or the first words of any other page."""
    lines = _lines(page)
    for place, line in enumerate(lines):
        if found := _REASON_FOLLOWS.match(line):
            return found[1] or next(iter(lines[place + 1 :]), "")
    return " ".join(lines)


def _lines(page: str) -> list[str]:
    parted = _BLOCK.sub(lambda tag: _LINE_END + tag[0], page.replace(_LINE_END, ""))
    parted = _SIDE_BY_SIDE.sub(r"\1 ", parted)
    text = html.unescape(nh3.clean(parted, tags=set(), clean_content_tags=_UNSEEN))
    return [line for one in text.split(_LINE_END) if (line := _on_one_line(one))]


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
