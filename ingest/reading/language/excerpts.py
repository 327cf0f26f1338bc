"""Cuts an excerpt from the beginning of a text."""

from __future__ import annotations

import re
import unicodedata

from ingest.reading.language.boilerplate import is_boilerplate

_SENTENCE_END = re.compile("[。！？!?…][”’」』）)]*|\\.(?=\\s)")
_CLAUSE_END = re.compile("[，,、；;：:]")
_UNBROKEN = re.compile(r"[A-Za-z0-9\u00c0-\u024f.,'’%+-]")
# An excerpt ends with a whole sentence only if it then fills at least this share of the limit.
_LEAST_SHARE = 0.7
_LONGEST_WORD = 30
_SAMPLE = 20_000  # Only this many characters of a text are read.


def excerpt(text: str, limit: int = 140) -> str:
    """Return the beginning of a text without boilerplate lines, at most `limit` characters.

    The excerpt ends with a whole sentence if it is then long enough. Otherwise it ends with an
    ellipsis after a clause or a word, but never inside a composed character, a Latin word or a
    number.
    """
    whole = _first_lines(text, 2 * limit)
    if len(whole) <= limit:
        return whole
    window, earliest = whole[:limit], int(limit * _LEAST_SHARE)
    if sentences := [match.end() for match in _SENTENCE_END.finditer(window + " ")]:
        end = min(sentences[-1], limit)
        if end >= earliest:
            return window[:end]
    window = window[: limit - 1]
    clauses = [match.start() for match in _CLAUSE_END.finditer(window, earliest)]
    end = clauses[-1] if clauses else _between_words(whole, len(window))
    return f"{window[:end].rstrip()}…"


def _first_lines(text: str, enough: int) -> str:
    """Join the first lines that are not boilerplate; if all are boilerplate, join all lines."""
    text = text[:_SAMPLE]
    joined = ""
    for line in text.split("\n"):
        if len(joined) > enough:
            break
        if not is_boilerplate(line):
            joined = f"{joined} {' '.join(line.split())}".strip()
    return joined or " ".join(text.split())


def _between_words(text: str, end: int) -> int:
    """Return the last position up to `end` outside of words, numbers and composed characters."""
    for place in range(end, max(0, end - _LONGEST_WORD), -1):
        before, after = text[place - 1], text[place]
        torn = _UNBROKEN.match(before) and _UNBROKEN.match(after)
        if not torn and not _belongs_to_last(after) and before != "\u200d":
            return place
    return end


# These are the zero-width joiner, skin tones, and the tags in flags of regions.
_OF_EMOJI = re.compile("[\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


def _belongs_to_last(character: str) -> bool:
    is_mark = unicodedata.category(character) in {"Mn", "Mc", "Me"}
    return is_mark or _OF_EMOJI.match(character) is not None
