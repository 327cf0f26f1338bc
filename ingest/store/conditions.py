"""Convert a query to an SQL condition: its feeds, categories, authors, sites, dates and so on.

The words of a query are converted by the function `words`, which the caller passes in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ingest.errors import UsageError
from ingest.query import And, Days, Field, Node, Not, Or, Words
from ingest.reading.terms import fold
from ingest.reading.terms.simplified import SIMPLIFIED
from models import Entry, Feed, LikenessEntry, Revision

Condition: TypeAlias = sa.ColumnElement[bool]
OfWords: TypeAlias = Callable[[Words], Condition]

# The date of an entry: its publication date, or when it was first seen if it has none.
entry_date: sa.ColumnElement[Any] = sa.func.coalesce(
    Entry.published_at, Entry.first_seen_at, type_=Entry.__table__.c.first_seen_at.type
)


def refuse_words(words: Words) -> Condition:
    """Raise `UsageError`, for callers that allow only the fields of a query and no words."""
    raise UsageError(f"{words.text!r}: only fields such as feed: and after: are possible here")


def condition(connection: sa.Connection, node: Node, words: OfWords = refuse_words) -> Condition:
    """Return the condition that an `Entry` matches a query.

    Raise `UsageError` if the query names a feed that does not exist.
    """
    match node:
        case Words():
            return words(node)
        case Field():
            return _FIELDS[node.name](connection, node.value)
        case Days():
            return _within(node)
        case Not(inner):
            # In SQL, a condition on a missing value is NULL. Here it counts as false.
            return sa.not_(sa.func.coalesce(condition(connection, inner, words), sa.false()))
        case And(nodes):
            return sa.and_(*(condition(connection, one, words) for one in nodes))
        case Or(nodes):
            return sa.or_(*(condition(connection, one, words) for one in nodes))


def _within(days: Days) -> Condition:
    after = [entry_date >= days.start] if days.start is not None else []
    before = [entry_date < days.end] if days.end is not None else []
    return sa.and_(sa.true(), *after, *before)


def _in_feed(connection: sa.Connection, name: str) -> Condition:
    return Entry.feed_id.in_(feeds_called(connection, name))


def feeds_called(connection: sa.Connection, name: str) -> list[int]:
    """Return the ids of the feeds with this number, address, folder name or title.

    If there is none, and `name` is not a number, return the feeds whose address, folder name or
    title contains it. Raise `UsageError` if no feed matches.
    """
    wanted = fold(name)
    rows = connection.execute(sa.select(Feed.id, Feed.url, Feed.slug, Feed.title, Feed.settings))
    names = [(row.id, _names(row)) for row in rows]
    found = [number for number, known in names if wanted in known]
    if not found and not wanted.isdecimal():
        found = [n for n, known in names if any(wanted in one for one in known)]
    if not found:
        raise UsageError(f"no feed is called {name!r}; see: guidang feeds list")
    return found


def _names(row: sa.Row[Any]) -> list[str]:
    """Return the names of a feed: id, address, folder, the publisher's title, the user's title."""
    titles = (row.title or "", row.settings.get("title") or "")
    return [fold(name) for name in (str(row.id), row.url, row.slug, *titles) if name]


def _in_category(connection: sa.Connection, value: str) -> Condition:
    """Return the condition that the entry, or its feed, has this category."""
    rows = connection.execute(sa.select(Feed.id, Feed.categories, Feed.settings))
    of_feeds = [row.id for row in rows if fold(value) in map(fold, _categories(row))]
    own = _any_of(
        connection, Entry.categories, lambda one: _fold_column(connection, one) == fold(value)
    )
    return sa.or_(Entry.feed_id.in_(of_feeds), own)


def _categories(row: sa.Row[Any]) -> list[str]:
    return list(row.settings.get("categories") or row.categories)


def _by_author(connection: sa.Connection, value: str) -> Condition:
    """Return the condition that the name of the entry's (or the feed's) author contains a value."""
    own = _any_of(connection, Entry.authors, lambda one: _has_part(connection, one, value), "name")
    rows = connection.execute(sa.select(Feed.id, Feed.settings)).all()
    set_for = [row.id for row in rows if fold(value) in fold(row.settings.get("author") or "")]
    of_feed = sa.or_(Entry.feed_id.in_(set_for), _has_part(connection, Entry.feed_author, value))
    return sa.or_(own, sa.and_(sa.not_(_any_of(connection, Entry.authors)), of_feed))


def _has_part(connection: sa.Connection, column: Any, value: str) -> Condition:
    return _fold_column(connection, column).contains(fold(value), autoescape=True)


def _fold_column(connection: sa.Connection, column: Any) -> sa.ColumnElement[str]:
    """Return an SQL expression that makes equal what differs in width, case or Chinese script.

    It gives the same result as the function `fold`, except for rare characters on PostgreSQL.
    """
    if connection.dialect.name == "sqlite":
        return sa.func.fold(column, type_=sa.Text)
    one_form: Any = sa.func.pg_catalog.normalize(column, "NFKC")
    characters = "".join(map(chr, SIMPLIFIED)), "".join(SIMPLIFIED.values())
    return sa.func.translate(sa.func.lower(one_form), *characters, type_=sa.Text)


def _in_language(_connection: sa.Connection, value: str) -> Condition:
    language = sa.func.lower(Entry.language)
    wanted = value.lower()
    return sa.or_(language == wanted, language.startswith(f"{wanted}-", autoescape=True))


def _on_site(connection: sa.Connection, value: str) -> Condition:
    """Return the condition that an entry's link leads to a host or one of its subdomains."""
    host = _host_of(connection, Entry.link)
    wanted = value.lower().removeprefix("www.")
    names = {wanted, _in_ascii(wanted)}
    below = (host.endswith(f".{name}", autoescape=True) for name in names)
    return sa.or_(host.in_(names), *below)


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _host_of(connection: sa.Connection, link: Any) -> Any:
    """Return an SQL expression for the host of an address, without its port."""
    position = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.strpos
    rest: Any = sa.func.lower(sa.func.substr(link, position(link, "://") + 3))
    for end in "?#:":
        rest = sa.func.replace(rest, end, "/")
    rest = rest.concat("/")
    return sa.func.substr(rest, 1, position(rest, "/") - 1, type_=sa.Text)


def _has(_connection: sa.Connection, value: str) -> Condition:
    if value == "image":
        return Entry.lead_image.is_not(None)
    if value == "revision":
        return sa.exists().where(Revision.entry_id == Entry.id)
    return sa.exists().where(
        LikenessEntry.entry_id == Entry.id, LikenessEntry.canonical_id.is_not(None)
    )


_FIELDS: dict[str, Callable[[sa.Connection, str], Condition]] = {
    "feed": _in_feed,
    "category": _in_category,
    "author": _by_author,
    "lang": _in_language,
    "site": _on_site,
    "has": _has,
}


def _any_of(
    connection: sa.Connection,
    column: Any,
    meets: Callable[[Any], Condition] = lambda _: sa.true(),
    key: str | None = None,
) -> Condition:
    """Return the condition that at least one element of a JSON array meets a condition.

    `meets` makes this condition from an element, or with `key`, from this field of an element.
    """
    if connection.dialect.name == "sqlite":
        elements = sa.func.json_each(column).table_valued("value")
        value = sa.func.json_extract(elements.c.value, f"$.{key}") if key else elements.c.value
    elif key:
        elements = sa.func.jsonb_array_elements(column).table_valued(sa.column("value", JSONB))
        value = elements.c.value[key].astext
    else:
        elements = sa.func.jsonb_array_elements_text(column).table_valued("value")
        value = elements.c.value
    return sa.exists(sa.select(sa.literal(1)).select_from(elements).where(meets(value)))
