"""Order texts by relevance: divide them into shapes, so that each text has one shape.

A shape states for each word whether it is in a text's title, only elsewhere in the text, or
nowhere. Rare words weigh more, and words in the title count twice. Texts with the same score are
ordered by date. So the first page is found without reading all texts that have a common word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import log2

from ingest.query import And, Node, Words, words_in
from ingest.store.search.expressions import AllOf, AnyOf, Expression, Without, expression_of

# Only the rarest words affect the order, because each further word triples the number of shapes.
_MOST_WORDS = 4
_TITLE, _TEXT, _NOWHERE = 2, 1, 0

Frequency = Callable[[Words], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The texts with one score.

    These texts match `expression`, and texts with another score do not. If it is None, all texts
    match.
    """

    score: float
    expression: Expression | None


def shapes(query: Node, frequency: Frequency) -> list[Shape]:
    """Return a shape for each score that texts with these words can have, best score first.

    `frequency` returns how many texts contain a word.
    """
    words = _weights(query, frequency)
    required = set(_needed_words(query))
    by_score: dict[float, list[Expression]] = {}
    for states in product((_TITLE, _TEXT, _NOWHERE), repeat=len(words)):
        pairs = list(zip(words, states, strict=True))
        if any(state == _NOWHERE and word in required for word, state in pairs):
            continue
        score = round(sum(words[word] * state for word, state in pairs), 4)
        by_score.setdefault(score, []).append(AllOf(tuple(_state(*pair) for pair in pairs)))
    if not words:
        return [Shape(score=1.0, expression=None)]
    best = max(by_score)
    return [
        Shape(score=round(score / best, 4), expression=AnyOf(tuple(by_score[score])))
        for score in sorted(by_score, reverse=True)
    ]


def _weights(query: Node, frequency: Frequency) -> Mapping[Words, float]:
    """Return the weights of the words that affect the order, rarest first."""
    words = list(dict.fromkeys(words_in(query)))
    if len(words) == 1:
        return {word: 1.0 for word in words if not word.in_title}
    known = {word: frequency(word) for word in words}
    rarest = sorted(words, key=lambda word: known[word])[:_MOST_WORDS]
    return {word: 1 / log2(known[word] + 2) for word in rarest if not word.in_title}


def _needed_words(query: Node) -> Iterator[Words]:
    match query:
        case Words():
            yield query
        case And(nodes):
            for one in nodes:
                yield from _needed_words(one)
        case _:
            return


def _state(word: Words, state: int) -> Expression:
    in_title = expression_of(replace(word, in_title=True))
    if state == _TITLE:
        return in_title
    if state == _NOWHERE:
        return Without(expression_of(word))
    return AllOf((expression_of(word), Without(in_title)))


def one_shape() -> Sequence[Shape]:
    """Return a single shape with all texts, so that these are ordered by date only."""
    return [Shape(score=1.0, expression=None)]
