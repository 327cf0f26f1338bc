"""What a look costs the database: statements, counted, however large the feed and its past."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.follow.files import Archive
from ingest.reading.documents.packing import pack
from ingest.reading.entries import normalize
from ingest.values import Packed
from tests.site import Site
from tests.support import item, rss
from tests.world import World

Asked = tuple[str, Any]


@contextlib.contextmanager
def statements() -> Iterator[list[Asked]]:
    """What is sent to the database meanwhile, with its values; those of the first row."""
    asked: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values[0] if isinstance(values, list) else values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def asked_in_a_poll(world: World) -> list[Asked]:
    """What a poll of all feeds sends to the database, with its values."""
    with statements() as asked:
        world.poll()
    return asked


def statements_of_a_poll(world: World) -> list[str]:
    """The statements of a poll of all feeds; many rows at once count once."""
    return [statement for statement, _ in asked_in_a_poll(world)]


# Tables that grow with every look; of feeds and settings there are few.
_THROUGH = tuple(
    f"SCAN {t}"
    for t in ("entry", "capture", "revision", "poll", "archive_file", "entry_address", "due")
)


def ways_of_a_poll(world: World) -> list[str]:
    """How SQLite goes through the tables in a poll of all feeds: "SEARCH entry USING …"."""
    asked = asked_in_a_poll(world)
    with world.database.engine.connect() as connection:
        return [
            row.detail
            for statement, values in asked
            if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


def serve(site: Site, numbers: range, etag: str | None = None) -> None:
    site.set("/feed.xml", rss(*map(item, numbers)), etag=etag)


@pytest.mark.parametrize("has_validators", [True, False])
def test_a_poll_without_news_costs_the_same_however_much_is_kept(
    world: World, site: Site, has_validators: bool
) -> None:
    world.add(site.url("/feed.xml"))
    costs = []
    for entries in (1, 60):
        serve(site, range(entries), f'"{entries}"' if has_validators else None)
        world.poll()
        costs.append(len(statements_of_a_poll(world)))
    assert costs[0] == costs[1]
    assert costs[0] <= 16


def test_a_poll_with_news_costs_the_same_however_much_is_new(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(1))
    world.poll()
    serve(site, range(2))
    one = statements_of_a_poll(world)
    serve(site, range(40))
    many = statements_of_a_poll(world)
    assert len(many) == len(one)
    assert len(one) <= 37


def test_nobody_is_asked_which_path_he_has_just_given(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(2))
    sent = statements_of_a_poll(world)
    assert [one for one in sent if one.startswith("INSERT INTO archive_file")]
    assert not [one for one in sent if "archive_file.entry_id IN" in one]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_poll_goes_through_no_table_that_grows(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(1))
    world.poll()  # the first one notices the settings that all files are made with
    ways = []
    for text in ("a", "b", "b"):  # new, edited, the same again
        site.set("/feed.xml", rss(item(1, description=text), item(2)))
        ways += ways_of_a_poll(world)
    assert "SEARCH due USING PRIMARY KEY (follower=? AND entry_id>?)" in ways
    assert not [way for way in ways if way.startswith(_THROUGH)]


def test_what_is_known_by_its_bytes_is_neither_judged_nor_written(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(30))
    world.poll()
    told = rss(*map(item, range(30))).replace("</channel>", "<ttl>9</ttl></channel>")
    site.set("/feed.xml", told)
    sent = " ".join(statements_of_a_poll(world)).upper()
    assert "INSERT INTO ENTRY" not in sent
    assert "INSERT INTO CAPTURE" not in sent
    assert "UPDATE ENTRY" not in sent


def test_a_document_that_many_entries_share_is_compressed_once(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[int] = []

    def counting(body: bytes) -> Packed:
        compressed.append(len(body))
        return pack(body)

    monkeypatch.setattr(normalize, "pack", counting)
    # In UTF-16 no item can be told from the others by its bytes alone.
    document = rss(*map(item, range(50))).replace("utf-8", "utf-16").encode("utf-16")
    site.set("/feed.xml", document)
    world.add(site.url("/feed.xml"))
    (poll,) = world.poll()
    assert poll.new == 50
    assert compressed == [len(document)]


def test_a_folder_whose_files_are_there_costs_no_statement_again(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    serve(site, range(3))
    world.poll()
    folder = world.folder
    assert [asks_for_files(folder) for _ in range(3)] == [True, False, False]
    for path in list(world.files())[:2]:  # whichever was found, it is gone now
        (folder.root / path).unlink()
    assert folder.problem() is None
    assert not asks_for_files(folder)
    (folder.root / next(iter(world.files()))).unlink()
    assert folder.problem() is not None


def asks_for_files(folder: Archive) -> bool:
    """Whether the database is asked for them when it is checked that they are there."""
    with statements() as asked:
        assert folder.problem() is None
    return any("FROM archive_file" in statement for statement, _ in asked)
