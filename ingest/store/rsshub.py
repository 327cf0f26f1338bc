"""Store the health of RSSHub instances, the metadata of routes, and the categories of feeds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from ingest.manners.health import Health
from ingest.reading.terms import fold
from ingest.rsshub.metadata import Namespace, Route, categories_of, namespace_names
from ingest.rsshub.routes import is_route, is_rsshub, path_of
from ingest.store.due import mark_feed_due
from ingest.store.statements import insert_into
from models import Feed, RsshubInstance, RsshubNamespace


class NamedRoute(NamedTuple):
    """A route of RSSHub: the names of its site and of itself, and its address as a pattern."""

    site: str
    name: str
    address: str


_HEALTH = [field.name for field in fields(Health) if field.name != "instance"]


def health(connection: sa.Connection) -> dict[str, Health]:
    """Return the stored health of the RSSHub instances, by name."""
    rows = connection.execute(sa.select(*RsshubInstance.__table__.columns)).mappings()
    return {
        row["name"]: Health(instance=row["name"], **{name: row[name] for name in _HEALTH})
        for row in rows
    }


def save_health(connection: sa.Connection, *, health: Iterable[Health]) -> None:
    """Store the health of these RSSHub instances."""
    for one in health:
        columns = {name: getattr(one, name) for name in _HEALTH}
        insert = insert_into(connection, RsshubInstance).values(name=one.instance, **columns)
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=columns))


def replace_metadata(
    connection: sa.Connection, namespaces: Sequence[Namespace], *, now: datetime
) -> int:
    """Replace the stored descriptions of RSSHub's routes.

    Return how many feeds got other categories.
    """
    connection.execute(sa.delete(RsshubNamespace))
    distinct = {one.name: one for one in namespaces}
    connection.execute(sa.insert(RsshubNamespace), [asdict(one) for one in distinct.values()])
    feeds = sa.select(Feed.id, Feed.url, Feed.generator, Feed.rsshub_pattern)
    return sum(
        learn_categories(connection, feed.id, feed.url, feed.rsshub_pattern, now=now)
        for feed in connection.execute(feeds).all()
        if is_route(feed.url) or is_rsshub(feed.generator)
    )


def learn_categories(
    connection: sa.Connection, feed_id: int, url: str, pattern: str | None, *, now: datetime
) -> bool:
    """Give a feed the categories of its route; return whether they changed.

    If they changed, mark the feed's entries as due, unless the user has set categories. If the
    route is not in the metadata, keep the stored categories.
    """
    path = path_of(url)
    found = categories_of(path, _namespaces(connection, namespace_names(path, pattern)), pattern)
    before = connection.execute(
        sa.select(Feed.categories, Feed.settings).where(Feed.id == feed_id)
    ).one()
    if not found or list(found) == before.categories:
        return False
    of_feed = sa.update(Feed).where(Feed.id == feed_id)
    connection.execute(of_feed.values(categories=list(found)))
    if not before.settings.get("categories"):
        mark_feed_due(connection, feed_id, now)
    return True


def has_metadata(connection: sa.Connection) -> bool:
    """Return whether the descriptions of RSSHub's routes are stored."""
    return bool(connection.scalar(sa.select(sa.exists(sa.select(RsshubNamespace.name)))))


def routes_called(connection: sa.Connection, words: str, *, most: int) -> list[NamedRoute]:
    """Return up to `most` routes whose site, name or path has all these words.

    Letters may be in upper or lower case, and Chinese in either script. Return an empty list if
    there are no words, or no metadata are stored.
    """
    wanted = fold(words).split()
    query = sa.select(*RsshubNamespace.__table__.columns).order_by(RsshubNamespace.title)
    rows = connection.execute(query).mappings() if wanted else ()
    found = (route for row in rows for route in _named_routes(_namespace(row)))
    fitting = (one for one in found if all(word in fold(" ".join(one)) for word in wanted))
    return list(islice(fitting, most))


def _named_routes(namespace: Namespace) -> Iterator[NamedRoute]:
    for route in namespace.routes:
        path = f"{namespace.name}{route.path}".rstrip("/")
        yield NamedRoute(namespace.title, route.title, f"rsshub://{path}")


def _namespaces(connection: sa.Connection, names: Collection[str]) -> dict[str, Namespace]:
    query = sa.select(*RsshubNamespace.__table__.columns).where(RsshubNamespace.name.in_(names))
    return {row["name"]: _namespace(row) for row in connection.execute(query).mappings()}


def _namespace(row: sa.RowMapping) -> Namespace:
    return Namespace(
        name=row["name"],
        title=row["title"],
        categories=tuple(row["categories"]),
        routes=tuple(
            Route(path=one["path"], title=one["title"], categories=tuple(one["categories"]))
            for one in row["routes"]
        ),
    )
