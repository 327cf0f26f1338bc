"""Links between near-duplicates depend only on the entries, not on their order."""

from __future__ import annotations

import contextlib
import cProfile
import multiprocessing
import os
import pstats
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.database import Database
from ingest.follow.follower import Run
from ingest.follow.likeness import Likeness
from ingest.store import due
from ingest.store.likeness import holders, hubs, keys, prints, write
from ingest.store.statements import insert_if_new
from models import (
    Capture,
    Entry,
    Feed,
    LikenessEntry,
    LikenessHub,
    LikenessKey,
    LikenessLink,
    LikenessText,
)
from tests.made_entries import feed_row, rows_of
from tests.support import NOON
from tests.world import World

_FORK = multiprocessing.get_context("fork")
_HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))


def clauses(seed: int, count: int = 8) -> list[str]:
    """Return clauses of 20 random characters."""
    random = Random(seed)
    return ["".join(random.choices(_HAN, k=20)) for _ in range(count)]


def edited(clause: str) -> str:
    """Return a clause with another character in its middle."""
    return f"{clause[:10]}某{clause[11:]}"


def text_of(some: Iterable[str]) -> str:
    return "".join(f"<p>{clause}。</p>" for clause in some)


def put(connection: sa.Connection, number: int, html: str, **more: Any) -> None:
    """Insert an entry, or give it another text, and mark it due."""
    capture, entry = rows_of(number)
    link = f"https://a.example/{number}"
    entry |= {"html": html, "title": "头条要闻"[number % 3 :], "link": link} | more
    if connection.scalar(sa.select(Entry.id).where(Entry.id == entry["id"])) is None:
        connection.execute(sa.insert(Capture), capture)
        connection.execute(sa.insert(Entry), entry)
    else:
        connection.execute(sa.update(Entry).where(Entry.id == entry["id"]).values(entry))
    due.mark_due(connection, [entry["id"]], NOON)


def take_out(connection: sa.Connection, number: int) -> None:
    """Delete an entry as a takedown does."""
    write.forget(connection, [number + 1], now=NOON)
    due.mark_due(connection, [number + 1], NOON)
    connection.execute(sa.delete(Entry).where(Entry.id == number + 1))
    connection.execute(sa.delete(Capture).where(Capture.id == number + 1))


def finish(database: Database) -> None:
    """Process all due entries, and those that become due in the meantime."""
    while database.query(due.take_due, write.LIKENESS, after=0, limit=1):
        Run(database, Likeness(database), now=NOON).finish()


@pytest.fixture
def database(world: World) -> Database:
    world.database.transact(lambda c: c.execute(sa.insert(Feed), [*map(feed_row, range(1, 101))]))
    return world.database


# Variants of a story: the whole, with a footer, an excerpt, edited in each clause, and so on.
def versions(story: int) -> Iterator[str]:
    some = clauses(story)
    yield text_of(some)
    yield text_of([*some, "责任编辑：某某"])
    yield text_of(some[:4])
    yield text_of([*map(edited, some[:-1]), some[-1]])
    yield text_of([*some[:5], *clauses(story + 50, 2)])
    yield text_of(reversed(some))


POOL = [html for story in range(2) for html in versions(story)]
# More texts than all are compared with share the last clause of story 0.
CROWD = [text_of([*clauses(1000 + i, 3), clauses(0)[-1]]) for i in range(holders.MOST - 1)]
# As many editions of story 0.
EDITIONS = [text_of([*clauses(0), *clauses(2000 + i, 1)]) for i in range(holders.MOST - 1)]
TEXTS = ["", "<p>早安</p>", *POOL]

Change: TypeAlias = tuple[int, str | None, int, str | None]
"""The number of an entry, its new text (None: it is deleted), its day, and its link."""

changes = st.lists(
    st.tuples(
        st.integers(0, 15),
        st.sampled_from([None, *TEXTS]),
        st.integers(0, 3),
        st.sampled_from([None, "https://m.b.example/x?utm_source=a", "https://b.example/x"]),
    ),
    max_size=40,
)


def apply(
    connection: sa.Connection, number: int, html: str | None, day: int, link: str | None
) -> None:
    if html is None:
        take_out(connection, number)
    else:
        put(connection, number, html, published_at=NOON + timedelta(days=day), link=link)


def apply_all(connection: sa.Connection, some: Iterable[Change]) -> None:
    for change in some:
        apply(connection, *change)


def snapshot(database: Database) -> tuple[Any, Any, Any]:
    """Return the links and hubs by identity of texts, and the canonical entry of each entry."""

    def read(connection: sa.Connection) -> tuple[Any, Any, Any]:
        identity = dict(connection.execute(sa.select(LikenessText.id, LikenessText.identity)).all())
        links = {
            (*sorted((identity[row.one], identity[row.other])), row.relation, row.score)
            for row in connection.execute(sa.select(LikenessLink.__table__))
        }
        entries = sa.select(
            LikenessEntry.entry_id, LikenessEntry.canonical_id, LikenessEntry.text_id
        )
        rows = connection.execute(entries)
        hubs = connection.execute(sa.select(LikenessHub.key, LikenessHub.text_id))
        return (
            links,
            {row[0]: (row[1], identity[row[2]]) for row in rows},
            {key: identity[hub] for key, hub in hubs},
        )

    return database.query(read)


def empty(connection: sa.Connection) -> None:
    write.clear(connection)
    for model in (Entry, Capture):
        connection.execute(sa.delete(model))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=changes,
    crowd=st.sampled_from([[], CROWD, EDITIONS]),
    random=st.randoms(use_true_random=False),
)
def test_links_depend_on_the_entries_and_not_on_their_order(
    database: Database, changes: list[Change], crowd: list[str], random: Random
) -> None:
    database.transact(empty)
    if crowd:
        changes += [(20, POOL[0], 0, None), (21, POOL[3], 0, None)]
        changes += [(100 + number, html, 0, None) for number, html in enumerate(crowd)]
        random.shuffle(changes)
        gone = [(100 + number, None, 0, None) for number in random.sample(range(49), 4)]
        changes += [gone.pop(), *changes[: random.randint(0, 9)], *gone[: random.randint(0, 3)]]
    while changes:
        some = [changes.pop(0) for _ in range(min(len(changes), random.randint(1, 20)))]
        database.transact(apply_all, some)
        finish(database)
    as_they_came = snapshot(database)
    database.transact(write.clear)
    database.transact(due.mark_all_due_for, write.LIKENESS, NOON)
    finish(database)
    assert snapshot(database) == as_they_came


def clusters(database: Database) -> dict[int, int | None]:
    """Return the number of the canonical entry of each entry."""
    query = sa.select(LikenessEntry.entry_id, LikenessEntry.canonical_id)
    rows = database.query(lambda c: c.execute(query.order_by(LikenessEntry.entry_id)).all())
    return {entry - 1: None if canonical is None else canonical - 1 for entry, canonical in rows}


def test_a_cluster_splits_when_its_connecting_link_is_deleted(database: Database) -> None:
    first, second = clauses(1), clauses(2)
    database.transact(put, 0, text_of(first))
    database.transact(put, 1, text_of(second))
    database.transact(put, 2, text_of([*first, *second]))
    finish(database)
    assert clusters(database) == {0: 2, 1: 2, 2: 2}
    database.transact(put, 2, text_of(clauses(3)))
    finish(database)
    assert clusters(database) == {0: None, 1: None, 2: None}


def test_entries_of_one_text_part_from_a_story_that_goes_on_elsewhere(database: Database) -> None:
    first, second = clauses(1), clauses(2)
    prefer = sa.update(Feed).where(Feed.id == 4).values(settings={"priority": 1})
    database.transact(lambda c: c.execute(prefer))
    for number, some in enumerate((first, first, [*first, *second], second)):
        database.transact(put, number, text_of(some))
    finish(database)
    assert clusters(database) == {0: 3, 1: 3, 2: 3, 3: 3}
    database.transact(take_out, 2)
    finish(database)
    assert clusters(database) == {0: 0, 1: 0, 3: None}


def test_the_canonical_entry_is_the_earliest_whole_text_or_of_the_preferred_feed(
    database: Database,
) -> None:
    whole = text_of(clauses(1))
    database.transact(put, 0, text_of(clauses(1)[:4]))
    database.transact(put, 1, whole)
    database.transact(put, 2, whole)
    finish(database)
    assert clusters(database) == {0: 1, 1: 1, 2: 1}
    prefer = sa.update(Feed).where(Feed.id == 3).values(settings={"priority": 1})
    database.transact(lambda c: c.execute(prefer))
    database.transact(due.mark_feed_due, 3, NOON)
    finish(database)
    assert clusters(database) == {0: 2, 1: 2, 2: 2}
    database.transact(take_out, 2)
    finish(database)
    assert clusters(database) == {0: 1, 1: 1}


def test_an_equal_link_joins_only_texts_that_agree(database: Database) -> None:
    link = "https://www.example.com/a/?utm_source=x"
    some = clauses(1, 4)
    database.transact(put, 0, text_of(some), link=link)
    database.transact(put, 1, text_of(map(edited, some)), link="http://m.example.com/a")
    database.transact(put, 2, text_of(clauses(5)), link=link)
    finish(database)
    assert clusters(database) == {0: 0, 1: 0, 2: None}
    database.transact(put, 1, text_of(map(edited, some)), link="http://m.example.com/b")
    finish(database)
    assert clusters(database) == {0: None, 1: None, 2: None}


@pytest.mark.parametrize("leave", [take_out, lambda c, number: put(c, number, text_of(clauses(7)))])
def test_a_key_links_nothing_while_many_texts_have_it(
    database: Database, leave: Callable[[sa.Connection, int], None]
) -> None:
    for number in range(holders.MOST - 2):
        database.transact(put, 100 + number, CROWD[number])
    database.transact(put, 0, POOL[0])
    database.transact(put, 1, POOL[3])
    finish(database)
    assert [clusters(database)[number] for number in (0, 1)] == [0, 0]
    database.transact(put, 2, text_of([*clauses(8), clauses(0)[-1]]))
    finish(database)
    assert [clusters(database)[number] for number in (0, 1)] == [None, None]
    database.transact(leave, 2)
    finish(database)
    assert [clusters(database)[number] for number in (0, 1)] == [0, 0]


@contextlib.contextmanager
def counted(database: Database) -> Iterator[Counter[str]]:
    """Count the statements and the comparisons of texts."""
    counts: Counter[str] = Counter()

    def count(*_: object) -> None:
        counts["statements"] += 1

    sa.event.listen(database.engine, "after_cursor_execute", count)
    profile = cProfile.Profile()
    with profile:
        yield counts
    sa.event.remove(database.engine, "after_cursor_execute", count)
    calls = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    counts["comparisons"] = sum(
        one[0] for (file, _, name), one in calls.items() if name == "compare"
    )


@pytest.mark.parametrize("count", [holders.MOST, holders.MOST + 10])
def test_any_number_of_editions_are_one_story(database: Database, count: int) -> None:
    for number in range(count):
        text = text_of([*clauses(1), *clauses(100 + number, 1)])
        database.transact(put, number, text, title=f"{'甲乙丙丁'[number % 4]}报头条")
    finish(database)
    assert clusters(database) == dict.fromkeys(range(count), 0)
    hub = sa.select(LikenessEntry.entry_id).join(
        LikenessText, LikenessText.id == LikenessEntry.text_id
    )
    gone = database.query(lambda c: c.scalar(hub.order_by(LikenessText.identity))) - 1
    database.transact(take_out, gone)
    finish(database)
    left = [number for number in range(count) if number != gone]
    assert clusters(database) == dict.fromkeys(left, left[0])


def test_no_pair_of_texts_is_compared_twice(database: Database) -> None:
    texts = range(holders.MOST + 12)
    comparisons = 0
    for number in texts:
        text = text_of([*clauses(1, 4), *clauses(100 + number, 4)])
        database.transact(put, number, text, title="头条", link="https://b.example/1")
        with counted(database) as counts:
            finish(database)
        comparisons += counts["comparisons"]
    rows = sa.select(LikenessEntry.entry_id, LikenessText.identity).join(
        LikenessText, LikenessText.id == LikenessEntry.text_id
    )
    of_entry = dict(database.query(lambda c: c.execute(rows).all()))
    identities = [of_entry[number + 1] for number in texts]
    pairs = set(combinations(identities[: holders.MOST], 2))
    for count in range(holders.MOST + 1, len(identities) + 1):
        hub, *others = sorted(identities[:count])
        pairs |= {(hub, other) for other in others}
    assert comparisons == len({frozenset(pair) for pair in pairs})


def test_many_texts_that_share_a_clause_cost_no_more_than_others(database: Database) -> None:
    shared = clauses(9, 1)
    database.transact(put, 0, text_of([*shared, *clauses(1, 12)]))
    finish(database)
    costs = []
    for number, crowd in enumerate((100, holders.CROWD - 10, 10_000), 1):
        database.transact(join_crowd, range(crowd))
        with counted(database) as counts:
            database.transact(put, number, text_of([*shared, *clauses(100 + number, 12)]))
            finish(database)
        costs.append(counts)
    beside_few, beside_more, beside_many = [one["statements"] for one in costs]
    assert beside_many <= beside_more == beside_few
    assert [one["comparisons"] for one in costs] == [0, 0, 0]


def test_the_hub_of_a_key_is_the_text_with_the_lowest_hash(database: Database) -> None:
    key, most, crowd = 5, holders.MOST, holders.CROWD
    texts = [
        {"id": n, "identity": 3000 - n, "packed_keys": b"", "is_open": False}
        for n in range(1, 2000)
    ]
    database.transact(lambda c: c.execute(sa.insert(LikenessText), texts))
    steps = [
        # the texts that gain the key, the texts that lose it, and then the hub or the rare texts
        (range(1, most + 1), (), {*range(1, most + 1)}),
        ([most + 1], (), most + 1),
        ([100], (), 100),
        ([99], (), 100),
        ([101, 102], [100], 102),
        ((), [101, 102], 99),
        (range(200, 199 + crowd), (), None),
        ((), range(1, most + 2), 198 + crowd),
        ((), range(300, 199 + crowd), 299),
        ([1000], range(200, 300), {99, 1000}),
        ((), [99, 1000], set()),
    ]
    for gained, lost, expected in steps:
        shift = database.transact(
            keys.change, {(key, text) for text in gained}, {(key, text) for text in lost}
        )
        stored = database.query(holders.holders_of, [key])
        for found in (shift.after, stored):
            assert found.hubs.get(key, found.rare.get(key, set())) == expected


def test_a_batch_does_not_read_the_whole_table_of_keys(database: Database) -> None:
    database.transact(put, 0, text_of(clauses(1)))
    finish(database)
    database.transact(join_crowd, range(1000))
    database.transact(put, 1, text_of(clauses(2)))

    def scans(connection: sa.Connection) -> int:
        before = _scans_of_keys(connection)
        write.write(connection, [2], prints.prints_of(connection, [2]), now=NOON)
        return _scans_of_keys(connection) - before

    assert database.transact(scans) == 0


def _scans_of_keys(connection: sa.Connection) -> int:
    """Count how often PostgreSQL read the whole table; it may count earlier transactions, too."""
    if connection.dialect.name == "sqlite":
        return 0  # SQLite always uses the index
    query = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'likeness_key'"
    return int(connection.scalar(sa.text(query)) or 0)


def join_crowd(connection: sa.Connection, numbers: Iterable[int]) -> None:
    """Let so many texts have each key of the first text, and many of their own."""
    some = [*connection.scalars(sa.select(LikenessKey.key).where(LikenessKey.text_id == 1))]
    packed = keys.pack([*some, *range(100)])
    texts = [
        {"id": 1000 + n, "identity": n - 2**63, "packed_keys": packed, "is_open": False}
        for n in numbers
    ]
    rows = [{"key": key, "text_id": one["id"]} for key in some for one in texts]
    connection.execute(insert_if_new(connection.dialect.name, LikenessText, "id"), texts)
    connection.execute(insert_if_new(connection.dialect.name, LikenessKey), rows)
    hubs.renew(connection, holders.holders_of(connection, some).hubs, some)


def _follow_and_die(url: str, entries: int) -> None:
    database = Database(url)

    def write_and_die(connection: sa.Connection) -> None:
        ids = range(1, entries + 1)
        write.write(connection, ids, prints.prints_of(connection, ids), now=NOON)
        os.kill(os.getpid(), signal.SIGKILL)

    database.transact(write_and_die)


def _follow(url: str) -> None:
    finish(Database(url))


def test_a_kill_leaves_no_links_and_two_followers_link_each_pair_once(database: Database) -> None:
    for number, html in enumerate(POOL):
        database.transact(put, number, html)
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()
    killed = _FORK.Process(target=_follow_and_die, args=(url, len(POOL)))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert clusters(database) == {}
    database.dispose()
    both = [_FORK.Process(target=_follow, args=(url,)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    found = snapshot(database)
    database.transact(write.clear)
    database.transact(due.mark_all_due_for, write.LIKENESS, NOON)
    finish(database)
    assert snapshot(database) == found
    assert any(canonical for canonical, _ in found[1].values())
