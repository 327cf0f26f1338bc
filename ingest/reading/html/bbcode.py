"""Convert BBCode in the text of a forum's feed to HTML.

A text counts as BBCode if it has pictures or links with addresses, or several pairs of tags. Text
about BBCode and text in code elements are returned unchanged.
"""

from __future__ import annotations

import re
from html import escape, unescape

_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<html>[a-z][a-z0-9]*)[^<>]*>"
    r"|\[(?P<close>/?)(?P<name>[a-z]{1,10}|\*)(?:(?: ?=| )(?P<option>[^\[\]<>\n]{0,500}))?\]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?:)?//[^\s<>\"'\[\]]{4,2000}", re.IGNORECASE)
# Discuz writes the addresses of its own pages and files relative to the forum.
_OF_FORUM = re.compile(
    r"/?(?:[\w%~-]{1,100}/){0,20}[\w%~-]{1,200}\.(?:php|html?|jpe?g|png|gif|webp|bmp)"
    r"(?:[?#][^\s<>\"'\[\]]{0,1000})?",
    re.IGNORECASE,
)
_RULE = "hr"
_ITEM = "[*]"
_MARKUP = re.compile(r"<[^<>]*>")
_LESSON = re.compile(
    r"bb ?code|\bubb|标签|標籤|语法|語法|写法|寫法|\btags?\b|\bsyntax\b", re.IGNORECASE
)
_COLOR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,20}|rgb\([\d, ]+\)", re.IGNORECASE)
_SIDES = re.compile(r"(?:width=)?(\d{1,4})\s*(?:[,x]|\s(?:height=)?)\s*(\d{1,4})")
_OF_HOST = re.compile(r"www\.[\w-]{1,63}\.", re.IGNORECASE)
_OF_PICTURE = re.compile(r"https?://[^\n]{1,1000}\.(?:jpe?g|png|gif|webp|bmp)\Z", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{3,200}")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_SOUND = re.compile(r"\.(?:mp3|m4a|ogg|wav|aac)\Z", re.IGNORECASE)
_FILM = re.compile(r"\.(?:mp4|webm|m4v)\Z", re.IGNORECASE)

_SIMPLE = {
    **{name: name for name in "b i u s sub sup table tr td th li".split()},
    "quote": "blockquote",
    "indent": "blockquote",
    "p": "div",
    **dict.fromkeys("strike del".split(), "s"),
    **dict.fromkeys("size font backcolor float hide free fly sell mask".split(), "span"),
}
_ALIGNED = frozenset({"align", "center", "left", "right"})
_PLAYED = frozenset("media video audio flash".split())
_FROM_CONTENT = frozenset({"img", "code", "email"}) | _PLAYED
# Discuz refers to files and people by numbers. Its feeds do not give their addresses.
_NUMBERED = {"attach": "附件", "attachimg": "图片附件", "qq": "QQ"}
_FOLDED = frozenset({"spoiler", "collapse"})
_KNOWN = {*_SIMPLE, *_ALIGNED, *_FROM_CONTENT, *_NUMBERED, *_FOLDED, "color", "list", "url"}
# Tags that only BBCode has. Other texts with brackets do not contain them.
_UNMISTAKABLE = frozenset("size color font backcolor align quote hide free code".split())
_SURE = frozenset({*_NUMBERED, "spoiler"})  # a text with one pair of these tags is BBCode
_DEEPEST = 30
_ENOUGH = 3


def rendered(text: str) -> str | None:
    """Return HTML in which BBCode is converted to elements; None if there is no BBCode."""
    if _LESSON.search(text):
        return None
    reader = _Reader()
    reader.read(text)
    is_code = reader.addresses or reader.weight >= _ENOUGH
    return "".join(reader.pieces) if is_code else None


class _Reader:
    """Reads a text once, and replaces each pair of tags when it reaches the end tag."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.addresses = 0
        self.weight = 0
        self._open: list[tuple[str, str, int]] = []
        self._code = 0

    def read(self, text: str) -> None:
        place = 0
        for token in _TOKEN.finditer(text):
            self.pieces.append(text[place : token.start()])
            place = token.end()
            self._read_token(token)
        self.pieces.append(text[place:])

    def _read_token(self, token: re.Match[str]) -> None:
        name = (token["name"] or "").lower()
        if not name:
            if token["html"].lower() in {"pre", "code"}:
                self._code = max(0, self._code + (-1 if token["end"] else 1))
        elif name == _RULE and not self._code:
            self.pieces.append("<hr>")
            return
        elif name in _KNOWN and not self._code:
            if token["close"]:
                self._close(name, token[0])
                return
            self._open = [
                *self._open[1 - _DEEPEST :],
                (name, token["option"] or "", len(self.pieces)),
            ]
        self.pieces.append(token[0])

    def _close(self, name: str, written: str) -> None:
        places = [place for place, (opened, *_) in enumerate(self._open) if opened == name]
        if not places:
            self.pieces.append(written)
            return
        _, option, start = self._open[places[-1]]
        del self._open[places[-1] :]
        content = "".join(self.pieces[start + 1 :])
        html = self._html(name, option.strip("\"' "), content)
        if html is None:
            self.pieces.append(written)
            return
        # Discuz writes `[i=s]` around the note that a post was edited.
        self.weight += 1 + (name in _UNMISTAKABLE) + bool(option) + ((name, option) == ("i", "s"))
        self.weight += _ENOUGH * (name in _SURE)
        self.pieces[start:] = [html]

    def _html(self, name: str, option: str, content: str) -> str | None:
        if name in _FROM_CONTENT or name == "url":
            return self._leading(name, option, content)
        if name in _NUMBERED:
            number = unescape(_MARKUP.sub("", content)).strip()
            return f"<span>{_NUMBERED[name]} {number}</span>" if _NUMBER.fullmatch(number) else None
        if name in _FOLDED:
            summary = escape(unescape(option)) or "剧透"
            return f"<details><summary>{summary}</summary>{content}</details>"
        if name == "color":
            style = f' style="color:{option}"' if _COLOR.fullmatch(option) else ""
            return f"<span{style}>{content}</span>"
        if name in _ALIGNED:
            side = option if name == "align" else name
            return f'<div align="{escape(side)}">{content}</div>'
        if name == "list":
            lead, *items = content.split(_ITEM)
            return f"<ul>{lead}{''.join(f'<li>{item}</li>' for item in items)}</ul>"
        return f"<{_SIMPLE[name]}>{content}</{_SIMPLE[name]}>"

    def _leading(self, name: str, option: str, content: str) -> str | None:
        """Return the HTML of a picture, player, link or code; None if it has no usable address."""
        text = unescape(_MARKUP.sub("", content)).strip()
        if name == "code":
            return f"<pre><code>{content}</code></pre>"
        if name == "email":
            self.addresses += _MAIL.fullmatch(option or text) is not None
            return f'<a href="mailto:{escape(option or text)}">{content}</a>'
        written = _whole_address(name, unescape(option) if name == "url" and option else text)
        is_whole = _ADDRESS.fullmatch(written) is not None
        if not is_whole and not (name in {"img", "url"} and _OF_FORUM.fullmatch(written)):
            return None
        self.addresses += is_whole or name == "img"
        url = escape(written)
        if name == "img":
            sides = _SIDES.fullmatch(option)
            size = f' width="{sides[1]}" height="{sides[2]}"' if sides else ""
            return f'<img src="{url}"{size}>'
        if name == "url":
            return f'<a href="{url}">{content}</a>'
        path = written.partition("?")[0]
        for kind, pattern in (("audio", _SOUND), ("video", _FILM)):
            if pattern.search(path):
                return f'<{kind} controls src="{url}"></{kind}>'
        return f'<a href="{url}">{url}</a>'


def _whole_address(name: str, address: str) -> str:
    """Return an address with its scheme; blanks in the address of a picture are encoded."""
    address = address.strip("\"' \t\n\xa0")
    if name == "url" and _OF_HOST.match(address):
        return f"http://{address}"
    return address.replace(" ", "%20") if name == "img" and _OF_PICTURE.match(address) else address
