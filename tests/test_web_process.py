"""The pages have a process of their own, which never outlives the service, nor ends before it."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ingest.config import Config, DatabaseConfig
from ingest.web.finding import Found
from ingest.web.health import Health
from ingest.web.metrics import Metrics
from ingest.web.process import serving
from tests.containers import wait_until
from tests.pages import Browser, Pages
from tests.running import Running, free_port, running
from tests.site import Site
from tests.support import item, rss


def process_of_pages(daemon: Running) -> psutil.Process | None:
    assert daemon.process is not None
    children = psutil.Process(daemon.process.pid).children()
    spawned = [one for one in children if "spawn_main" in " ".join(one.cmdline())]
    return spawned[0] if spawned else None


def test_the_pages_come_back_when_their_process_ends(tmp_path: Path) -> None:
    with running(tmp_path, web=True) as daemon:
        first = process_of_pages(daemon)
        assert first is not None
        assert daemon.process is not None
        assert first.nice() == min(psutil.Process(daemon.process.pid).nice() + 10, 19)
        first.kill()
        daemon.wait_until(lambda: "starts again in 2 s" in daemon.log_text())
        daemon.wait_until(lambda: daemon.get("/entries")[0] == 200)
        assert daemon.get("/readyz") == (200, '{"status":"ok"}')
        assert process_of_pages(daemon) != first


def test_a_signal_to_every_process_ends_the_service_in_order(tmp_path: Path) -> None:
    """A service manager and Ctrl-C send their signals so."""
    with running(tmp_path, web=True) as daemon:
        pages = process_of_pages(daemon)
        assert pages is not None
        pages.send_signal(signal.SIGTERM)
        pages.send_signal(signal.SIGINT)
        assert daemon.get("/entries")[0] == 200
        assert daemon.stop() == 0
        assert not pages.is_running()
        assert "starts again" not in daemon.log_text()


def test_the_pages_end_with_a_service_that_was_killed(tmp_path: Path) -> None:
    with running(tmp_path, web=True) as daemon:
        pages = process_of_pages(daemon)
        assert pages is not None
        daemon.kill()
        pages.wait(timeout=20)
        daemon.start_ready()  # the port is free again


def test_a_public_page_of_withheld_texts_is_warned_of(tmp_path: Path) -> None:
    with running(tmp_path, web=True) as daemon:
        assert "whole texts" not in daemon.log_text()
        feed = '[[feeds]]\nurl = "https://news.example.cn/feed"\nexcerpt_only = true\n'
        daemon.configure(more=f"public = true\n{feed}")
        daemon.signal(signal.SIGHUP)
        daemon.wait_until(lambda: "shows everyone the whole texts of 1 feed" in daemon.log_text())


def test_new_settings_are_those_of_the_pages_too(tmp_path: Path) -> None:
    with running(tmp_path, web=True) as daemon:
        assert "is off" not in daemon.get("/search?q=x")[1]
        daemon.configure(more="[search]\nenabled = false")
        daemon.signal(signal.SIGHUP)
        daemon.wait_until(lambda: "search.enabled = true" in daemon.get("/search?q=x")[1])
        assert daemon.get("/readyz")[0] == 200


def test_a_stuck_service_is_reported_by_its_pages(tmp_path: Path) -> None:
    with running(tmp_path, web=True) as daemon:
        daemon.signal(signal.SIGSTOP)
        try:
            silent = 503, '{"status":"failing","service":"it does not answer"}'
            daemon.wait_until(lambda: daemon.get("/healthz") == silent)
            assert daemon.get("/entries")[0] == 200
        finally:
            daemon.signal(signal.SIGCONT)
        daemon.wait_until(lambda: daemon.get("/healthz") == (200, '{"status":"ok"}'))


def test_the_pages_are_tried_again_after_the_system_refused_a_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.run(_refuse_then_allow(tmp_path, caplog))


async def _refuse_then_allow(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def find(url: str) -> Found:
        return Found(url=url)

    health = Health(Metrics(), stuck=dict, unusable=dict)
    async with serving(f"127.0.0.1:{free_port()}", health, find) as pages:
        before = set(multiprocessing.active_children())
        with no_more_files():
            pages.adopt(Config(database=DatabaseConfig(url=f"sqlite:///{folder}/a.db")))
            await until(lambda: "cannot run: Too many open files" in caplog.text)
        pages.adopt(Config(database=DatabaseConfig(url=f"sqlite:///{folder}/b.db")))
        await until(lambda: bool(set(multiprocessing.active_children()) - before))


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, condition, lambda: "the pages did not come back")


@contextlib.contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open no more files."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_feed_added_on_the_page_is_found_and_polled_by_the_service(
    tmp_path: Path, site: Site
) -> None:
    site.set("/feed.xml", rss(item(1)))
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.set("/", f"<html><head>{link}</head></html>", content_type="text/html")
    with running(tmp_path, web=True) as daemon:
        browser = Browser(Pages(daemon.port))
        browser.get("/add")
        found = browser.send("/add", url=site.url("/"))
        assert "江海新闻" in found.text
        assert "第1条新闻" in found.text
        assert browser.send("/add/feed").headers["location"] == "/f/1?done=add"
        daemon.wait_until(lambda: "第1条新闻" in daemon.get("/f/1")[1])
