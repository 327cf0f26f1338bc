"""How long the daemon waits for a part that cannot be used."""

from __future__ import annotations

from ingest.daemon.watch import Trouble


def test_late_failures_of_one_outage_do_not_prolong_the_wait() -> None:
    now = 0.0
    database = Trouble("database", lambda: now)
    for _ in range(6):
        database.met(OSError("no route to host"))
    now = 4.9
    assert database.is_waiting
    now = 5.0
    assert not database.is_waiting


def test_each_try_that_fails_doubles_the_wait() -> None:
    now, waits = 0.0, []
    database = Trouble("database", lambda: now)
    for _ in range(8):
        database.met(OSError("no route to host"))
        began = now
        while database.is_waiting:
            now += 1
        waits.append(now - began)
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
    database.over()
    assert (database.reason, database.is_waiting) == (None, False)
