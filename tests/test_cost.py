"""The number of database statements of a poll does not grow with the feed or the database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.follow.files import Output
from ingest.reading.entries.normalize import Context
from ingest.reading.read import read
from ingest.values import Document
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

Sent = tuple[str, Any]
URL = "https://news.example.cn/feed.xml"


@contextlib.contextmanager
def statements() -> Iterator[list[Sent]]:
    """Collect the statements sent in the block, with their values (of the first row, if many)."""
    sent: list[Sent] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        sent.append((statement, values[0] if isinstance(values, list) else values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def statements_with_values(world: World) -> list[Sent]:
    """Poll all feeds; return the statements and their values."""
    with statements() as sent:
        world.poll()
    return sent


def statements_of_a_poll(world: World) -> list[str]:
    """Poll all feeds; return the statements. A statement for many rows counts once."""
    return [statement for statement, _ in statements_with_values(world)]


# Tables that grow with each poll. The tables of feeds and settings stay small.
_SCANS = tuple(
    f"SCAN {t}"
    for t in ("entry", "capture", "revision", "poll", "archive_file", "entry_address", "due")
)


def plans_of_a_poll(world: World) -> list[str]:
    """Poll all feeds; return SQLite's query plans, such as "SEARCH entry USING …"."""
    sent = statements_with_values(world)
    with world.database.engine.connect() as connection:
        return [
            row.detail
            for statement, values in sent
            if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


def serve(site: Site, numbers: range, etag: str | None = None) -> None:
    site.set("/feed.xml", rss(*map(item, numbers)), etag=etag)


@pytest.mark.parametrize("has_validators", [True, False])
def test_the_cost_of_a_poll_without_news_does_not_depend_on_stored_entries(
    world: World, site: Site, has_validators: bool
) -> None:
    world.add(site.url("/feed.xml"))
    costs = []
    for entries in (1, 60):
        serve(site, range(entries), f'"{entries}"' if has_validators else None)
        world.poll()
        costs.append(len(statements_of_a_poll(world)))
    assert costs[0] == costs[1]
    assert costs[0] <= 26  # six of them ask what is due for the followers


def test_the_cost_of_a_poll_with_news_does_not_depend_on_their_number(
    world: World, site: Site
) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(1))
    world.poll()
    serve(site, range(2))
    one = statements_of_a_poll(world)
    serve(site, range(40))
    many = statements_of_a_poll(world)
    assert len(many) == len(one)
    # the poll, the files, the list of pictures, the search index with its merging, near-duplicates
    assert len(one) <= 104


def test_a_poll_does_not_query_paths_that_it_has_just_stored(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(2))
    sent = statements_of_a_poll(world)
    assert [one for one in sent if one.startswith("INSERT INTO archive_file")]
    assert not [one for one in sent if "archive_file.entry_id IN" in one]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_poll_scans_no_table_that_grows(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(1))
    world.poll()  # the first poll stores the settings of the archive
    plans = []
    for text in ("a", "b", "b"):  # new, edited, the same again
        site.set("/feed.xml", rss(item(1, description=text), item(2)))
        plans += plans_of_a_poll(world)
    assert "SEARCH due USING PRIMARY KEY (follower=? AND entry_id>?)" in plans
    assert not [plan for plan in plans if plan.startswith(_SCANS)]


def test_unchanged_items_cause_no_writes(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(30))
    world.poll()
    longer = rss(*map(item, range(30))).replace("</channel>", "<ttl>9</ttl></channel>")
    site.set("/feed.xml", longer)
    sent = " ".join(statements_of_a_poll(world)).upper()
    assert "INSERT INTO ENTRY" not in sent
    assert "INSERT INTO CAPTURE" not in sent
    assert "UPDATE ENTRY" not in sent


def test_a_shared_document_is_compressed_once() -> None:
    # A document in UTF-16 is not split into items, so all entries share it.
    body = rss(*map(item, range(50))).replace("utf-8", "utf-16").encode("utf-16")
    document = Document(url=URL, final_url=URL, fetched_at=NOON, body=body)
    entries = read(Context(document=document, first_seen_at=NOON, zone=UTC)).entries
    assert len(entries) == 50
    assert len({id(entry.raw) for entry in entries}) == 1


def test_a_second_check_of_an_intact_folder_makes_no_query(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(3))
    world.poll()
    folder = world.folder
    assert [queries_files(folder) for _ in range(3)] == [True, False, False]
    for path in list(world.files())[:2]:  # one of them is the file that was found before
        (folder.root / path).unlink()
    assert folder.problem() is None
    assert not queries_files(folder)
    (folder.root / next(iter(world.files()))).unlink()
    assert folder.problem() is not None


def queries_files(folder: Output) -> bool:
    """Return whether the check of the folder queries the database for its files."""
    with statements() as sent:
        assert folder.problem() is None
    return any("FROM archive_file" in statement for statement, _ in sent)
