"""Cut a text around a span, never inside a word, a number or a composed character."""

from __future__ import annotations

import unicodedata

from ingest.reading.terms.words import is_letter

_MOST_FURTHER = 200  # characters; a longer word is cut
_JOINER = "\u200d"
_SEPARATORS = ".,'’"
_UNITS = "%％‰"  # these belong to the number before them


def cut_around(text: str, start: int, end: int, *, before: int, after: int) -> tuple[int, int]:
    """Return a span extended by about `before` and `after` characters."""
    return _outward(text, start - before, -1), _outward(text, end + after, 1)


def preview_of(text: str, most: int) -> str:
    """Return the beginning of a text, about `most` characters; an ellipsis marks what is cut."""
    _, end = cut_around(text, 0, 0, before=0, after=most)
    return text if end == len(text) else f"{text[:end]}…"


def _outward(text: str, place: int, step: int) -> int:
    """Return the next offset, in the direction of `step`, at which the text can be cut."""
    place = min(max(place, 0), len(text))
    for distance in range(_MOST_FURTHER):
        if can_cut(text, place + step * distance):
            return place + step * distance
    while not _is_between_characters(text, place):
        place += step
    return place


def can_cut(text: str, place: int) -> bool:
    """Return whether an offset is outside of words, numbers and composed characters."""
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if is_letter(before) and is_letter(after):
        return False
    if after in _UNITS and is_letter(before):
        return False
    # A separator between two letters or digits belongs to their word, as in 1,000, 5.5 and don't.
    if after in _SEPARATORS and is_letter(before) and is_letter(text[place + 1 : place + 2]):
        return False
    if before in _SEPARATORS and is_letter(after) and is_letter(text[max(place - 2, 0)]):
        return False
    return _is_between_characters(text, place)


def _is_between_characters(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    is_flag = _is_half_flag(before) and _is_half_flag(after)
    return not (is_flag or before == _JOINER or _belongs_to_last(after))


def _belongs_to_last(character: str) -> bool:
    is_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    is_tag = "\U000e0020" <= character <= "\U000e007f"
    return character == _JOINER or is_tone or is_tag or unicodedata.category(character)[0] == "M"


def _is_half_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
