"""Values that cost much are made once for some seconds, however many visitors want them."""

from __future__ import annotations

import itertools
import threading

from ingest.web.recent import Recent


def test_a_value_is_made_once_while_it_is_fresh() -> None:
    recent, made = Recent(60), itertools.count()
    assert [recent.get("a", lambda: next(made)) for _ in range(3)] == [0, 0, 0]
    assert recent.get("b", lambda: next(made)) == 1


def test_an_old_value_is_made_again() -> None:
    recent, made = Recent(60), itertools.count()
    assert [recent.get("a", lambda: next(made), seconds=-1) for _ in range(3)] == [0, 1, 2]


def test_visitors_at_the_same_time_make_one_value() -> None:
    recent, made, begun, may_end = (
        Recent(60),
        itertools.count(),
        threading.Event(),
        threading.Event(),
    )
    found: list[int] = []

    def make() -> int:
        begun.set()
        assert may_end.wait(10)
        return next(made)

    def visit() -> None:
        found.append(recent.get("a", make))

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    may_end.set()
    for thread in threads:
        thread.join()
    assert found == [0] * 8


def test_a_value_that_takes_long_delays_no_other() -> None:
    recent, begun, may_end = Recent(60), threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        assert may_end.wait(10)
        return "slow"

    slow = threading.Thread(target=lambda: recent.get("slow", make))
    slow.start()
    assert begun.wait(10)
    assert [recent.get(str(number), lambda: "x") for number in range(100)] == ["x"] * 100
    may_end.set()
    slow.join()
    assert recent.get("slow", lambda: "again") == "slow"


def test_the_memory_is_bounded() -> None:
    recent = Recent(60)
    for number in range(1_000):
        recent.get(str(number), lambda: "x")
    assert len(recent) <= 200
