"""Makes the tokens that an index stores for a text, and the tokens to search for a word.

In scripts without spaces, such as Chinese, the tokens of a run of characters are each pair of
neighbours, and the last character alone. Any other word is a token itself. So each character begins
a token, and a search for one character is a search for a prefix. The index stores no positions. For
a word of one or two Han characters, or one Latin word, the index finds exactly the texts with this
word. For longer words and phrases, it finds all texts that contain them, and some others.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ingest.reading.terms.words import UNSPACED, WORD, Pattern, is_sign

# Only this many characters of a word are indexed, because databases limit the length of a token.
LONGEST_WORD = 64
# A text with more bytes of tokens gets coarse tokens, such as single characters instead of pairs.
# The reason is that a tsvector of PostgreSQL has at most 1 MB.
_MOST_BYTES = 200_000
# A text with at most this many characters cannot exceed `_MOST_BYTES`. Each character adds at most
# two characters of 4 bytes, and a blank. This makes 9 bytes, rounded up to 10.
_SHORT = _MOST_BYTES // 10
COARSE = "=coarse"
_MOST_ASKED = 16  # tokens of one phrase; with more, the index would not find many fewer texts

_BLANK = " ".encode("utf-32-le")
_RUNS, _REST = re.compile(f"[{UNSPACED}]+"), re.compile(rf"({WORD})|([^\w\s])")
_FIRST = re.compile(" [^ ]")  # a blank, and the first character of a run of characters
_PIECES = re.compile(rf"([{UNSPACED}]+)|({WORD})|([^\w\s])")
_UNSPACED_ONE = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Token:
    """A token to search for.

    In the index of a very long text, the tokens in `coarse` replace it: the two characters of a
    pair, or the first letter of a word.
    """

    text: str
    coarse: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The tokens to search an index for, to find a word.

    Every text with the word has all these tokens. `is_exact` is true if no other text has all of
    them.
    """

    tokens: tuple[Token, ...]
    is_exact: bool


def tokens_of(folded: str) -> str:
    """Return the tokens that an index stores for a text, separated by blanks.

    `folded` is the result of `fold`. Some tokens are repeated. If a text has too many tokens, they
    are replaced by coarse ones: a pair by its two characters, a word by its first letter.
    """
    tokens = exact_tokens(folded)
    if len(folded) <= _SHORT:
        return tokens
    each = set(tokens.split())
    if sum(len(token.encode()) for token in each) <= _MOST_BYTES:
        return " ".join(each)
    return " ".join({coarse for token in each for coarse in _coarse_of(token)} | {COARSE})


def exact_tokens(folded: str) -> str:
    """Return the tokens of a text without replacing any by coarse ones, even if it is long."""
    rest = _REST.findall(_RUNS.sub(" ", folded))
    words = [word[:LONGEST_WORD] for word, _ in rest if word]
    signs = filter(is_sign, {sign for _, sign in rest if sign})
    return " ".join([_pairs(_RUNS.findall(folded)), *words, *signs])


def characters_of(folded: str) -> set[str]:
    """Return the single characters that an index also stores for a title."""
    return set(_UNSPACED_ONE.findall(folded))


def is_unspaced(token: str) -> bool:
    """Return whether a token is in a script without blanks between words."""
    return _UNSPACED_ONE.match(token) is not None


def _pairs(runs: list[str]) -> str:
    """Return each pair of neighbouring characters in `runs`, and the last character of each run.

    Slices of arrays are used, because a loop over the characters would be slow.
    """
    text = " ".join([*runs, ""])
    tokens = array("I", _BLANK * (3 * len(text)))
    tokens[0::3] = array("I", text.encode("utf-32-le"))
    tokens[1:-3:3] = array("I", _FIRST.sub("  ", text)[1:].encode("utf-32-le"))
    return tokens.tobytes().decode("utf-32-le")


def _coarse_of(token: str) -> tuple[str, ...]:
    return tuple(token) if is_unspaced(token) else (token[0],)


def asked_for(pattern: Pattern) -> Asked:
    """Return the tokens to search an index for, to find all texts with a word or phrase."""
    pieces = list(_PIECES.finditer(pattern.text))
    tokens: list[Token] = []
    for piece in pieces:
        is_last = pattern.text[piece.end() :] in {"", "."}  # `3.*` finds 3.5
        if piece[1]:
            tokens += _of_run(piece[1], is_open=piece.end() == len(pattern.text))
        else:
            tokens += _of_word(piece[2], piece[3], is_open=pattern.is_prefix and is_last)
    is_whole = len(pieces) == 1 and pieces[0].span() == (0, len(pattern.text))
    is_exact = is_whole and len(tokens) == 1 and all(map(_is_exact, tokens))
    return Asked(tuple(_spread(list(dict.fromkeys(tokens)))), is_exact)


def _of_run(run: str, *, is_open: bool) -> Iterable[Token]:
    """Return the tokens of a run of characters in a script without spaces.

    With `is_open`, more characters may follow in a text that is found.
    """
    for pair in map("".join, pairwise(run)):
        yield Token(pair, tuple(pair))
    if len(run) == 1 or not is_open:
        yield Token(run[-1], (run[-1],), is_prefix=is_open)


def _of_word(word: str | None, sign: str, *, is_open: bool) -> Iterable[Token]:
    if word:
        text = word[:LONGEST_WORD]
        yield Token(text, _coarse_of(text), is_prefix=is_open)
    elif is_sign(sign):
        yield Token(sign, (sign,))


def _is_exact(token: Token) -> bool:
    return len(token.text) < LONGEST_WORD


def _spread(tokens: list[Token]) -> list[Token]:
    """Return at most `_MOST_ASKED` tokens, from all parts of the phrase."""
    step = -(-len(tokens) // _MOST_ASKED)
    return tokens[::step] if step > 1 else tokens
