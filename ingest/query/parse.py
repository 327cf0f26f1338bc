"""Parse a query.

An entry must contain all words that stand next to each other in the query. Such words are grouped
first: `a b OR c` means (a and b) or c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from ingest.query.days import days
from ingest.query.errors import QueryError
from ingest.query.lexer import Kind, Token, tokens_of
from ingest.query.tree import And, Field, Node, Not, Or, Words
from ingest.reading.terms import fold, holds_words

_MOST_TERMS, _DEEPEST = 50, 20
_WITH_TEXT = frozenset({"feed", "category", "author", "lang", "site"})
_WITH_DATE = frozenset({"before", "after", "on"})
_CHOICES = {"has": ("revision", "image", "duplicate"), "in": ("title", "revisions")}
_FIELDS = ("feed", "category", "author", "lang", "site", "before", "after", "on", "has", "in")


def parse_query(query: str, zone: ZoneInfo) -> Node:
    """Return the tree of a query; dates are days in `zone`.

    Raise `QueryError` with the offsets of the fault if the query is invalid.
    """
    tokens = list(tokens_of(query))
    if len(tokens) - 1 > _MOST_TERMS:
        raise QueryError(
            f"more than {_MOST_TERMS} words and signs", query, tokens[_MOST_TERMS].start
        )
    return _Parser(query, tokens, zone).parse()


@dataclass(frozen=True, slots=True)
class _Place:
    """The field `in:title` or `in:revisions`, which limits where the words of its group must occur.

    A group is the words between parentheses or `OR`.
    """

    value: str


class _Parser:
    """A recursive descent parser."""

    def __init__(self, query: str, tokens: Sequence[Token], zone: ZoneInfo) -> None:
        self._query = query
        self._tokens = tokens
        self._zone = zone
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        if self._here.kind is Kind.END:
            raise QueryError("the query is empty", self._query, 0)
        node = self._alternatives()
        if self._here.kind is Kind.CLOSE:
            raise self._wrong("this parenthesis was not opened")
        return node

    def _alternatives(self) -> Node:
        nodes = [self._group()]
        while self._here.kind is Kind.OR:
            self._take()
            nodes.append(self._group())
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _group(self) -> Node:
        """Parse words and fields up to `OR` or a closing parenthesis.

        A field `in:title` or `in:revisions` among them applies to all these words.
        """
        if self._here.kind is Kind.OR:
            raise self._wrong("a word is missing before OR")
        nodes: list[Node] = []
        places: list[_Place] = []
        start = self._here
        while self._here.kind not in {Kind.END, Kind.CLOSE, Kind.OR}:
            match self._term():
                case _Place() as place:
                    places.append(place)
                case node:
                    nodes.append(node)
        if not nodes and not places:
            self._refuse_empty()
        group = nodes[0] if len(nodes) == 1 else And(tuple(nodes))
        for place in places:
            if not _has_words(group):
                raise self._wrong(f"in:{place.value} needs a word next to it", start)
            group = _within(group, place)
        return group

    def _refuse_empty(self) -> None:
        before = self._tokens[self._next - 1] if self._next else self._here
        if before.kind is Kind.OR:
            raise self._wrong("a word is missing after OR", before)
        raise self._wrong("there is nothing in the parentheses", before)

    def _term(self) -> Node | _Place:
        token = self._take()
        match token.kind:
            case Kind.MINUS:
                return self._exclusion(token)
            case Kind.OPEN:
                return self._parentheses(token)
            case Kind.FIELD:
                return self._field(token)
            case _:
                return self._words(token)

    def _exclusion(self, minus: Token) -> Node:
        is_separate = self._here.start != minus.end
        if is_separate or self._here.kind in {Kind.END, Kind.CLOSE, Kind.OR, Kind.MINUS}:
            raise self._wrong("a word is missing after the minus sign", minus)
        token = self._here
        node = self._term()
        if isinstance(node, _Place):
            raise self._wrong("in: cannot be excluded", token)
        return Not(node)

    def _parentheses(self, opening: Token) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong(f"parentheses go more than {_DEEPEST} deep", opening)
        node = self._alternatives()
        if self._here.kind is not Kind.CLOSE:
            raise self._wrong("this parenthesis is not closed", opening)
        self._take()
        self._depth -= 1
        return node

    def _field(self, token: Token) -> Node | _Place:
        if token.name in _WITH_TEXT and token.text.strip():
            return Field(token.name, token.text.strip())
        if token.name in _WITH_DATE:
            try:
                return days(token.name, token.text, self._zone)
            except ValueError:
                raise self._wrong("write a date as 2022, 2022-01 or 2022-01-28", token) from None
        if token.name in _CHOICES:
            return self._choice(token)
        if token.name in _WITH_TEXT:
            raise self._wrong("a value is missing after the colon", token)
        known = ", ".join(_FIELDS)
        raise self._wrong(f"there is no such field; there are {known} (or quote the word)", token)

    def _choice(self, token: Token) -> Field | _Place:
        value = token.text.lower()
        choices = _CHOICES[token.name]
        if value not in choices:
            known = ", ".join(choices)
            raise self._wrong(f"after {token.name}: only these are possible: {known}", token)
        return _Place(value) if token.name == "in" else Field(token.name, value)

    def _words(self, token: Token) -> Words:
        if not holds_words(fold(token.text)):
            raise self._wrong("there is no word in this", token)
        return Words(token.text, is_prefix=token.is_prefix)

    @property
    def _here(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _wrong(self, problem: str, token: Token | None = None) -> QueryError:
        token = token or self._here
        return QueryError(problem, self._query, token.start, token.end)


def _has_words(node: Node) -> bool:
    match node:
        case Words():
            return True
        case Not(inner):
            return _has_words(inner)
        case And(nodes) | Or(nodes):
            return any(map(_has_words, nodes))
        case _:
            return False


def _within(node: Node, place: _Place) -> Node:
    """Return the tree with its words limited to titles or earlier revisions."""
    match node:
        case Words():
            return replace(
                node,
                in_title=node.in_title or place.value == "title",
                in_revisions=node.in_revisions or place.value == "revisions",
            )
        case Not(inner):
            return Not(_within(inner, place))
        case And(nodes):
            return And(tuple(_within(one, place) for one in nodes))
        case Or(nodes):
            return Or(tuple(_within(one, place) for one in nodes))
        case _:
            return node
