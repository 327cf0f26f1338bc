"""A search hit for display: the spans of the query's words, and an excerpt around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.query import Words
from ingest.reading.terms import Folded, Pattern, fold, fold_with_offsets
from ingest.views.cutting import cut_around

_BEFORE, _AFTER = 30, 90  # characters of an excerpt around the first words
_MOST_SPANS = 100  # in one text; a book may contain a common word thousands of times

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a text; `is_hit` marks the words of the query."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """The title and the excerpt of a hit for display.

    The spans are offsets, in characters, of the words in the title and in the visible text of the
    displayed version. An excerpt that was cut begins or ends with an ellipsis.
    """

    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    title_spans: tuple[Span, ...]
    text_spans: tuple[Span, ...]


def hit_of(title: str, text: str, words: Iterable[Words]) -> Hit:
    """Return the hit for the words of a query in an entry with this title and text."""
    words = list(words)
    title_spans = _spans(title, words)
    text_spans = _spans(text, [word for word in words if not word.in_title])
    return Hit(
        title=_pieces(title, 0, len(title), title_spans),
        excerpt=_excerpt(text, text_spans),
        title_spans=title_spans,
        text_spans=text_spans,
    )


def _spans(text: str, words: Sequence[Words]) -> tuple[Span, ...]:
    """Return the spans of the words in a text, in order; spans that touch are joined."""
    folded = fold_with_offsets(text)
    found = sorted(span for word in words for span in _spans_of(folded, word))
    joined: list[Span] = []
    for start, end in found[:_MOST_SPANS]:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _spans_of(folded: Folded, word: Words) -> list[Span]:
    pattern = Pattern(fold(word.text), is_prefix=word.is_prefix)
    spans = (folded.original(*span) for span in pattern.spans_in(folded.text))
    return [span for span, _ in zip(spans, range(_MOST_SPANS), strict=False)]


def _excerpt(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    first = spans[0] if spans else (0, 0)
    start, end = cut_around(text, *first, before=_BEFORE, after=_AFTER)
    before = [Piece(text="…", is_hit=False)] if start else []
    after = [Piece(text="…", is_hit=False)] if end < len(text) else []
    return (*before, *_pieces(text, start, end, spans), *after)


def _pieces(text: str, start: int, end: int, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """Divide a part of a text at the borders of spans; replace line ends by spaces."""
    pieces: list[Piece] = []
    for first, last in spans:
        if first >= start and last <= end:
            pieces += [
                Piece(text=text[start:first], is_hit=False),
                Piece(text=text[first:last], is_hit=True),
            ]
            start = last
    pieces.append(Piece(text=text[start:end], is_hit=False))
    return tuple(
        Piece(text=piece.text.replace("\n", " "), is_hit=piece.is_hit)
        for piece in pieces
        if piece.text
    )
