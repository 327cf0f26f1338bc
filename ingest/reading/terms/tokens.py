"""The tokens of an index: what it stores of a text, and what it is asked for a word.

A run of unspaced characters gives each character and each pair, and other words give themselves.
The index keeps no positions. So it answers a word of one or two Han characters, or one Latin word,
exactly; for anything longer its answer has every text that holds it, and some others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import add

from ingest.reading.terms.words import UNSPACED, WORD, Pattern, is_sign

LONGEST_WORD = 64  # characters of a word that are indexed; databases limit a token's bytes
# A tsvector of PostgreSQL has at most 1 MB. Tokens with more characters than this are made coarse.
_MOST_CHARACTERS = 70_000
COARSE = "=coarse"
_MOST_ASKED = 16  # tokens of one phrase; more would not make the answer much smaller

_BORDER = " "
_RUNS, _WORDS = re.compile(f"[{UNSPACED}]+"), re.compile(WORD)
_SIGNS = re.compile(r"[^\w\s]")
_PIECES = re.compile(rf"([{UNSPACED}]+)|({WORD})|([^\w\s])")


@dataclass(frozen=True, slots=True)
class Token:
    """A token to ask for, and those by which a coarsely indexed text has it."""

    text: str
    coarse: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The tokens that a text with a word has; with `is_exact`, no other text has them."""

    tokens: tuple[Token, ...]
    is_exact: bool


def tokens_of(folded: str) -> set[str]:
    """Return the tokens that an index stores of a folded text."""
    runs = _BORDER.join(_RUNS.findall(folded))
    tokens = {pair for pair in map(add, runs, runs[1:]) if _BORDER not in pair}
    tokens.update(runs)
    tokens.discard(_BORDER)
    tokens.update(word[:LONGEST_WORD] for word in _WORDS.findall(folded))
    tokens.update(filter(is_sign, set(_SIGNS.findall(folded))))
    return tokens


def within_limit(tokens: set[str]) -> set[str]:
    """Return tokens that every index can store, coarse ones if there are too many.

    Coarse tokens are single characters instead of pairs, and the first letters of words.
    """
    is_small = len(tokens) * LONGEST_WORD <= _MOST_CHARACTERS  # true of most, and soon known
    if is_small or sum(map(len, tokens)) <= _MOST_CHARACTERS:
        return tokens
    return {coarse for token in tokens for coarse in _coarse_of(token)} | {COARSE}


def _coarse_of(token: str) -> tuple[str, ...]:
    return tuple(token) if _PAIR.match(token) else (token[0],)


_PAIR = re.compile(f"[{UNSPACED}]")


def asked_for(pattern: Pattern) -> Asked:
    """Return what to ask an index for, to find all texts with a word or phrase."""
    pieces = list(_PIECES.finditer(pattern.text))
    tokens: list[Token] = []
    for piece in pieces:
        is_last = pattern.text[piece.end() :] in {"", "."}  # `3.*` finds 3.5
        tokens += _tokens_for(piece, is_open=pattern.is_prefix and is_last)
    is_whole = len(pieces) == 1 and pieces[0].span() == (0, len(pattern.text))
    is_exact = is_whole and len(tokens) == 1 and all(map(_is_exact, tokens))
    return Asked(tuple(_spread(list(dict.fromkeys(tokens)))), is_exact)


def _tokens_for(piece: re.Match[str], *, is_open: bool) -> Iterable[Token]:
    run, word, sign = piece.groups()
    if run:
        pairs = [run] if len(run) == 1 else map("".join, pairwise(run))
        return [Token(pair, _coarse_of(pair)) for pair in pairs]
    if word:
        text = word[:LONGEST_WORD]
        return [Token(text, _coarse_of(text), is_prefix=is_open)]
    return [Token(sign, (sign,))] if is_sign(sign) else []


def _is_exact(token: Token) -> bool:
    return len(token.text) < LONGEST_WORD


def _spread(tokens: list[Token]) -> list[Token]:
    """Return at most so many tokens, from all parts of the phrase."""
    step = -(-len(tokens) // _MOST_ASKED)
    return tokens[::step] if step > 1 else tokens
