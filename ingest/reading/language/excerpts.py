"""The first words of a text."""

from __future__ import annotations

import re
import unicodedata

from ingest.reading.language.boilerplate import is_boilerplate

_SENTENCE_END = re.compile("[。！？!?…][”’」』）)]*|\\.(?=\\s)")
_CLAUSE_END = re.compile("[，,、；;：:]")
_UNBROKEN = re.compile(r"[A-Za-z0-9\u00c0-\u024f.,'’%+-]")
_LATEST_SHARE = 0.7  # a sentence may end this early in an excerpt
_LONGEST_WORD = 30
_SAMPLE = 20_000  # characters that an excerpt is looked for in


def excerpt(text: str, limit: int = 140) -> str:
    """Return the beginning of the text, at most `limit` characters, boilerplate lines left out.

    It ends with a sentence where one ends late enough, else at a comma or between words, then
    with an ellipsis; never inside a character, a Latin word or a number.
    """
    whole = _first_lines(text, 2 * limit)
    if len(whole) <= limit:
        return whole
    window, earliest = whole[:limit], int(limit * _LATEST_SHARE)
    if sentences := [match.end() for match in _SENTENCE_END.finditer(window + " ")]:
        end = min(sentences[-1], limit)
        if end >= earliest:
            return window[:end]
    window = window[: limit - 1]
    clauses = [match.start() for match in _CLAUSE_END.finditer(window, earliest)]
    end = clauses[-1] if clauses else _between_words(whole, len(window))
    return f"{window[:end].rstrip()}…"


def _first_lines(text: str, enough: int) -> str:
    """Join the first lines that are the author's; all lines, if none is."""
    text = text[:_SAMPLE]
    joined = ""
    for line in text.split("\n"):
        if len(joined) > enough:
            break
        if not is_boilerplate(line):
            joined = f"{joined} {' '.join(line.split())}".strip()
    return joined or " ".join(text.split())


def _between_words(text: str, end: int) -> int:
    """The last place up to `end` where no word, number or composed character is torn."""
    for place in range(end, max(0, end - _LONGEST_WORD), -1):
        before, after = text[place - 1], text[place]
        torn = _UNBROKEN.match(before) and _UNBROKEN.match(after)
        if not torn and not _belongs_to_last(after) and before != "\u200d":
            return place
    return end


# Joiner, skin tones, and the tags that make a flag a region's.
_OF_EMOJI = re.compile("[\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


def _belongs_to_last(character: str) -> bool:
    is_mark = unicodedata.category(character) in {"Mn", "Mc", "Me"}
    return is_mark or _OF_EMOJI.match(character) is not None
