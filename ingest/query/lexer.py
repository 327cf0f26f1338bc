"""Split a query into words, phrases, fields and signs, each with its offsets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ingest.query.errors import QueryError

LONGEST = 1000  # characters


class Kind(Enum):
    """The kinds of tokens."""

    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    MINUS = auto()
    OR = auto()
    OPEN = auto()
    CLOSE = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of the query and its offsets; a field also has a name."""

    kind: Kind
    text: str
    start: int
    end: int
    name: str = ""
    is_prefix: bool = False


# Any double quotation mark closes any other, because input methods do not always write them in
# pairs.
_CLOSING = dict.fromkeys('"＂“”', re.compile('["＂“”]')) | {
    "「": re.compile("」"),
    "『": re.compile("』"),
}
_SIGNS = {"(": Kind.OPEN, "（": Kind.OPEN, ")": Kind.CLOSE, "）": Kind.CLOSE}
_MINUSES = "-－−"
_STARS = "*＊"
_WORD = re.compile(r"""[^\s()（）"＂“”「」『』]+""")
# The name of a field and its colon. In an address (https://…), the colon does not end a name.
_NAME = re.compile(r"([A-Za-zＡ-Ｚａ-ｚ]+)[:：](?!//)")


def tokens_of(query: str) -> Iterator[Token]:
    """Yield the tokens of a query, and a token for its end; raise `QueryError` if it is invalid."""
    _check(query)
    position = 0
    while position < len(query):
        if query[position].isspace():
            position += 1
            continue
        token = _token_at(query, position)
        yield token
        position = token.end
    yield Token(kind=Kind.END, text="", start=len(query), end=len(query))


def _check(query: str) -> None:
    if len(query) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST:,} characters", query, LONGEST)
    for position, character in enumerate(query):
        kind = unicodedata.category(character)
        if kind in {"Cs", "Cc"} and not character.isspace():
            raise QueryError("a character that cannot be searched for", query, position)


def _token_at(query: str, start: int) -> Token:
    first = query[start]
    if first in _SIGNS:
        return Token(kind=_SIGNS[first], text=first, start=start, end=start + 1)
    if first in _CLOSING:
        return _phrase_at(query, start)
    if first in _MINUSES:
        return Token(kind=Kind.MINUS, text=first, start=start, end=start + 1)
    if name := _NAME.match(query, start):
        return _field_at(query, start, name)
    return _word_at(query, start)


def _phrase_at(query: str, start: int) -> Token:
    closing = _CLOSING[query[start]].search(query, start + 1)
    if closing is None:
        raise QueryError("this quotation mark is not closed", query, start, start + 1)
    end = closing.start()
    is_prefix = query[end + 1 : end + 2] in {*_STARS}
    return Token(
        kind=Kind.PHRASE,
        text=query[start + 1 : end],
        start=start,
        end=end + 1 + is_prefix,
        is_prefix=is_prefix,
    )


def _field_at(query: str, start: int, name: re.Match[str]) -> Token:
    at = name.end()
    if query[at : at + 1] in {*_CLOSING}:
        value = _phrase_at(query, at)
    elif word := _WORD.match(query, at):
        value = Token(kind=Kind.WORD, text=word[0], start=at, end=word.end())
    else:
        raise QueryError("a value is missing after the colon", query, start, at)
    known = unicodedata.normalize("NFKC", name[1]).lower()
    return Token(kind=Kind.FIELD, text=value.text, start=start, end=value.end, name=known)


def _word_at(query: str, start: int) -> Token:
    word = _WORD.match(query, start)
    if word is None:  # a closing quotation mark without an opening one
        raise QueryError("this quotation mark opens nothing", query, start, start + 1)
    text, end = word[0], word.end()
    if text == "OR":
        return Token(kind=Kind.OR, text=text, start=start, end=end)
    is_prefix = text[-1] in _STARS
    return Token(
        kind=Kind.WORD,
        text=text[:-1] if is_prefix else text,
        start=start,
        end=end,
        is_prefix=is_prefix,
    )
