"""Convert a query to an expression for the index: tokens joined by and, or, not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ingest.query import And, Node, Not, Or, Words
from ingest.reading.terms import Pattern, fold
from ingest.reading.terms.tokens import COARSE, Asked, asked_for, is_unspaced
from ingest.store.search.index import EARLIER, EVERY, TITLE


@dataclass(frozen=True, slots=True)
class Has:
    """An expression for texts that have this token.

    With `is_prefix`, it is for texts that have a token which begins with this token.
    """

    token: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """An expression for texts that match all of the expressions in `parts`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """An expression for texts that match at least one of the expressions in `parts`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """An expression for texts that do not match the expression `part`."""

    part: Expression


Expression: TypeAlias = Has | AllOf | AnyOf | Without
EVERYTHING = Has(EVERY)


def pattern_of(words: Words) -> Pattern:
    """Return the pattern that the text of an entry must contain.

    Text and pattern are compared in a form without differences of width, case and Chinese script.
    """
    return Pattern(fold(words.text), is_prefix=words.is_prefix)


def expression_of(words: Words) -> Expression:
    """Return an expression for the texts with a word or phrase.

    Other texts may match the expression too.
    """
    place = place_of(words)
    parts = []
    for token in asked_for(pattern_of(words)).tokens:
        # In a title, each Chinese character is also a token of its own. In other texts, a search
        # for one character must find all tokens that begin with it.
        is_prefix = token.is_prefix and not (words.in_title and is_unspaced(token.text))
        exact = Has(place + token.text, is_prefix)
        coarse = AllOf(tuple(Has(place + one) for one in (COARSE, *token.coarse)))
        parts.append(exact if token.coarse == (token.text,) else AnyOf((exact, coarse)))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def together(parts: Sequence[Expression]) -> Expression:
    """Return the expression that texts match if they match all of `parts`.

    If the title must have a token, the condition that the text has this token is left out.
    """
    each = [one for part in parts for one in _all_of(part)]
    tokens = [one.token for one in each if isinstance(one, Has)]
    titled = {Has(token[1:], is_prefix=True) for token in tokens if token.startswith(TITLE)}
    left = [one for one in dict.fromkeys(each) if one not in titled]
    return left[0] if len(left) == 1 else AllOf(tuple(left))


def _all_of(expression: Expression) -> Iterator[Expression]:
    match expression:
        case AllOf(parts) | AnyOf((_,) as parts):
            for part in parts:
                yield from _all_of(part)
        case _:
            yield expression


def has_prefix(expression: Expression) -> bool:
    """Return whether an expression matches all tokens that begin with a certain character."""
    match expression:
        case Has(token, is_prefix):
            return is_prefix and len(token.lstrip(EARLIER)) == 1
        case AllOf(parts) | AnyOf(parts):
            return any(map(has_prefix, parts))
        case Without(part):
            return has_prefix(part)


def is_met(expression: Expression, tokens: str) -> bool:
    """Return whether a text matches an expression.

    `tokens` has the tokens of the text, separated by spaces.
    """
    match expression:
        case Has(token, is_prefix):
            return f" {token}" in f" {tokens}" if is_prefix else f" {token} " in f" {tokens} "
        case AllOf(parts):
            return all(is_met(part, tokens) for part in parts)
        case AnyOf(parts):
            return any(is_met(part, tokens) for part in parts)
        case Without(part):
            return not is_met(part, tokens)


def place_of(words: Words) -> str:
    """Return the prefix of the tokens in which words are searched.

    It depends on whether they are searched in titles or in earlier versions.
    """
    return (EARLIER if words.in_revisions else "") + (TITLE if words.in_title else "")


def is_exact(node: Node) -> bool:
    """Return whether the index finds exactly the texts that match a query.

    This is not true for very long texts, of which not all tokens are indexed.
    """
    match node:
        case Words():
            return _tokens_of(node).is_exact
        case Not(inner):
            return is_exact(inner)
        case And(nodes) | Or(nodes):
            return all(map(is_exact, nodes))
        case _:
            return True


def _tokens_of(words: Words) -> Asked:
    return asked_for(pattern_of(words))


def has_words(node: Node) -> bool:
    """Return whether a query contains words."""
    return any(isinstance(leaf, Words) for leaf in _leaves(node))


def has_fields(node: Node) -> bool:
    """Return whether a query contains fields or dates."""
    return not all(isinstance(leaf, Words) for leaf in _leaves(node))


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case Not(inner):
            yield from _leaves(inner)
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from _leaves(one)
        case _:
            yield node


def candidates(node: Node) -> Expression:
    """Return an expression for the texts that match a query of words.

    Other texts may match the expression too.
    """
    match node:
        case Words():
            return expression_of(node)
        case And(nodes):
            return AllOf(tuple(map(candidates, nodes)))
        case Or(nodes):
            return AnyOf(tuple(map(candidates, nodes)))
        case Not(Words() as words) if _tokens_of(words).is_exact:
            # A very long text is indexed coarsely: the index may give it the tokens of a word that
            # the text does not contain.
            is_coarse = Has(place_of(words) + COARSE)
            return AnyOf((Without(expression_of(words)), is_coarse))
        case Not(Not(inner)):
            return candidates(inner)
        case _:
            return EVERYTHING
