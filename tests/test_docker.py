"""The compose file on a real engine: faults of containers and networks lose nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from signal import SIGKILL

import pytest

from tests.containers import Stack, docker, host_address, running_stack
from tests.site import Site
from tests.support import item, rss

pytestmark = [pytest.mark.deploy, pytest.mark.engine, pytest.mark.timeout(900)]

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site("0.0.0.0") as site:
        yield site


class Feed:
    """A feed of the site that the daemon polls every second."""

    def __init__(self, stack: Stack, site: Site) -> None:
        self._site, self.path = site, f"/feed-{next(_NUMBERS)}.xml"
        self.url = site.url(self.path, host=host_address())
        self.served = 0
        self.publish(2)
        stack.guidang("feeds", "add", self.url, "--interval", "1s")

    def publish(self, more: int, **answer: object) -> None:
        self.served += more
        items = [item(f"{self.path}-{n}", title=f"第{n}条") for n in range(self.served)]
        self._site.set(self.path, rss(*items, title=self.path), **answer)

    @property
    def titles(self) -> list[str]:
        return sorted(f"第{n}条" for n in range(self.served))

    def requests(self) -> int:
        return len(self._site.requests_to(self.path))


def check_archive(stack: Stack, feed: Feed) -> None:
    """Wait until all entries of the feed are stored once; check that the volume has the same."""
    stack.wait_until(lambda: stack.titles(feed.url) == feed.titles)
    stack.wait_until(lambda: "0 files to write" in stack.guidang("status"))
    stack.guidang("archive", "--check")
    assert "Traceback" not in stack.log()


def test_entries_are_in_the_database_and_files_in_the_volume(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    query = "SELECT count(*) FROM entry WHERE title = '第1条'"
    counted = docker(
        *("exec", stack.container("database"), "psql", "-U", "guidang", "-tA", "-c", query)
    )
    assert int(counted) >= 1
    files = docker("exec", stack.container("daemon"), "find", "/archive", "-name", "*第1条*.md")
    assert feed.path.strip("/").removesuffix(".xml") in files


def test_down_and_up_loses_nothing(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    stack.compose("down")
    feed.publish(3)
    stack.up()
    check_archive(stack, feed)


def test_the_daemon_continues_after_a_killed_database(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    stack.compose("stop", "--timeout", "0", "database")
    feed.publish(3)
    stack.wait_until(lambda: "the database cannot be used" in stack.log())
    stack.compose("start", "database")
    stack.wait_until(lambda: "the database can be used again" in stack.log())
    check_archive(stack, feed)


def test_a_daemon_killed_while_polling_loses_nothing(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    before = feed.requests()
    feed.publish(30, pause=0.2, piece=500)
    stack.wait_until(lambda: feed.requests() > before)
    stack.kill("daemon")
    feed.publish(1)
    # Docker does not restart a container that was killed by hand.
    stack.compose("up", "--detach", "--no-build")
    check_archive(stack, feed)


def test_a_daemon_that_dies_is_restarted(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    kill_daemon(stack)
    feed.publish(2)
    check_archive(stack, feed)


def kill_daemon(stack: Stack) -> None:
    """Kill the daemon from outside: inside a container, process 1 cannot be killed."""
    os.kill(json.loads(docker("inspect", stack.container("daemon")))[0]["State"]["Pid"], SIGKILL)


def test_the_daemon_continues_after_a_network_failure(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    with disconnected(stack):
        feed.publish(3)
        stack.wait_until(lambda: "cannot be used" in stack.log())
    check_archive(stack, feed)
    # The server may still have the old session, whose lock must not keep the daemon out.
    kill_daemon(stack)
    feed.publish(1)
    check_archive(stack, feed)


@contextmanager
def disconnected(stack: Stack) -> Iterator[None]:
    container = stack.container("daemon")
    shown = json.loads(docker("inspect", container))[0]["NetworkSettings"]["Networks"]
    network = next(iter(shown))
    docker("network", "disconnect", network, container)
    try:
        yield
    finally:
        docker("network", "connect", "--alias", "daemon", network, container)


def test_backfill_runs_in_its_own_container(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    check_archive(stack, feed)
    older = rss(item(f"{feed.path}-old", title="旧闻"), title=feed.path)
    site.set(f"{feed.path}?paged=2", older)
    arguments = ("run", "--rm", "backfill", feed.url, "--source", "paged")
    output = stack.compose("--profile", "backfill", *arguments, check=False)
    assert "1 new" in output, output
    stack.wait_until(lambda: stack.titles(feed.url) == sorted([*feed.titles, "旧闻"]))
    stack.guidang("archive", "--check")


def test_sighup_applies_a_changed_configuration(stack: Stack, site: Site) -> None:
    feed = Feed(stack, site)
    file = stack.folder / "config/config.toml"
    text = file.read_text("utf-8")
    for more, message in [
        ("[schedule]\ngone_interval = '5d'\n", "the configuration was read again"),
        ("[schedule]\ngone_intervall = '5d'\n", "going on with the old configuration"),
    ]:
        file.write_text(text + more, "utf-8")
        stack.compose("exec", "-T", "daemon", "sh", "-c", "kill -HUP 1")
        stack.wait_until(lambda message=message: message in stack.log())  # type: ignore[misc]
    file.write_text(text, "utf-8")
    check_archive(stack, feed)
    # A `docker kill --signal HUP` would count as a stop by hand, without a restart.
    kill_daemon(stack)
    feed.publish(1)
    check_archive(stack, feed)


def test_the_container_is_confined(stack: Stack) -> None:
    shown = docker(
        *("exec", stack.container("daemon"), "sh", "-c"),
        "id -u; touch /opt/guidang/x 2>&1; grep CapEff /proc/1/status; which cc gcc make git curl",
        check=False,
    )
    assert shown.splitlines() == [
        "10001",
        "touch: cannot touch '/opt/guidang/x': Read-only file system",
        "CapEff:\t0000000000000000",
    ]


FULL = """\
volumes:
  archive:
    driver: local
    driver_opts:
      type: tmpfs
      device: tmpfs
      o: size=1m,uid=10001
"""


def test_the_daemon_continues_after_a_full_volume(tmp_path: Path, site: Site) -> None:
    (tmp_path / "full.yml").write_text(FULL, "utf-8")
    with running_stack(tmp_path, "full.yml") as stack:
        feed = Feed(stack, site)
        check_archive(stack, feed)
        inside = ["exec", stack.container("daemon"), "sh", "-c"]
        docker(*inside, "dd if=/dev/zero of=/archive/filler bs=4096", check=False)
        feed.publish(20)
        stack.wait_until(lambda: "the archive cannot be used" in stack.log())
        stack.wait_until(lambda: len(stack.titles(feed.url)) == feed.served)
        assert "the disk is full" in stack.log()
        docker(*inside, "rm /archive/filler")
        stack.wait_until(lambda: "the archive can be used again" in stack.log())
        check_archive(stack, feed)


def test_the_sqlite_stack_keeps_its_entries(tmp_path: Path, site: Site) -> None:
    with running_stack(tmp_path, "docker-compose.sqlite.yml") as stack:
        feed = Feed(stack, site)
        check_archive(stack, feed)
        assert "database: sqlite:////data/guidang.db" in stack.guidang("status")
        stack.compose("down")
        feed.publish(2)
        stack.up()
        check_archive(stack, feed)
