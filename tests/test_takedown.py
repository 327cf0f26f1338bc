"""`guidang takedown` erases entries everywhere, and keeps them from coming back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.reading.documents.packing import unpack
from ingest.store.takedowns import every
from models import Base, Capture
from tests.pages import pages_of
from tests.program import Program, new_program
from tests.site import Site
from tests.support import item, rss
from tests.world import World

SECRET = "不宜留存"
HOST = "news.example.cn"


@pytest.fixture
def program(tmp_path: Path, database_url: str) -> Program:
    return new_program(tmp_path, database_url=database_url)


def secret_item(number: int = 1, text: str = SECRET, **fields: str) -> str:
    return item(
        number, title=f"{text}的标题", description=f"&lt;p&gt;{text}的正文&lt;/p&gt;", **fields
    )


@pytest.fixture
def feed(program: Program, site: Site) -> str:
    """Add a feed of two entries, one of which was edited once."""
    url = site.url("/feed")
    site.set("/feed", rss(secret_item(text=f"{SECRET}，初稿"), item(2)))
    program.good("feeds", "add", url, "--title", "江海")
    program.good("poll")
    site.set("/feed", rss(secret_item(), item(2)))
    program.good("poll", "--all")
    return url


def texts_of(program: Program) -> Iterator[str]:
    """Yield everything that the database and the archive's folder hold."""
    engine = sa.create_engine(program.database_url or f"sqlite:///{program.folder}/guidang.db")
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in {"takedown", "due"}:
                yield from map(repr, connection.execute(sa.select(table)))
        for body in connection.scalars(sa.select(Capture.body)):
            yield unpack(body).decode()
    engine.dispose()
    for file in (program.folder / "source").rglob("*.md"):
        yield file.read_text()


def titles(program: Program) -> list[str]:
    return [one["title"] for one in json.loads(program.good("entries", "list", "--json"))]


@pytest.mark.parametrize(
    "target",
    [
        "1",
        "entry:1",
        "https://news.example.cn/a/1.html?utm_source=x",
        "url:http://m.news.example.cn/a/1.html",
    ],
)
def test_an_erased_entry_leaves_nothing_and_stays_away(
    program: Program, site: Site, feed: str, target: str
) -> None:
    assert [text for text in texts_of(program) if SECRET in text]
    program.good("takedown", target, "--reason", "作者要求")
    assert not [text for text in texts_of(program) if SECRET in text]
    assert titles(program) == ["第2条新闻"]
    site.set("/feed", rss(secret_item(), item(2), item(3)))
    program.good("poll", "--all", "--fresh")
    program.good("replay")
    assert titles(program) == ["第3条新闻", "第2条新闻"]
    assert not [text for text in texts_of(program) if SECRET in text]


def test_a_feed_that_was_taken_down_is_gone_and_cannot_be_added(
    program: Program, site: Site, feed: str
) -> None:
    program.good("takedown", feed, "--reason", "站点要求")
    assert titles(program) == []
    assert not [text for text in texts_of(program) if "正文" in text]
    refused = program.run("feeds", "add", feed)
    assert refused.code == 2
    assert "站点要求" in refused.err
    assert "guidang takedown undo 1" in refused.err
    asked = len(site.requests)
    program.run("poll", "--all")
    assert len(site.requests) == asked


@pytest.mark.parametrize("target", [HOST, "example.cn", f"host:www.{HOST}:8080"])
def test_a_host_is_refused_with_its_subdomains_in_every_feed(
    program: Program, site: Site, feed: str, target: str
) -> None:
    elsewhere = item(3, link="https://other.example.org/news.example.cn/3")
    site.set("/feed", rss(secret_item(), item(2), elsewhere))
    program.good("takedown", target, "--reason", "法院裁定")
    program.good("poll", "--all", "--fresh")
    assert titles(program) == ["第3条新闻"]


def test_the_feeds_of_a_host_are_removed(program: Program, site: Site, feed: str) -> None:
    program.good("takedown", "127.0.0.1", "--reason", "x")
    assert program.run("feeds", "list", "--json").out.strip() == "[]"
    assert program.run("feeds", "add", site.url("/other")).code == 2


def test_an_undone_takedown_lets_entries_come_back(program: Program, site: Site, feed: str) -> None:
    program.good("takedown", feed, "--reason", "误会")
    assert program.good("takedown", "undo", "1") == f"{feed} is allowed again\n"
    program.good("poll", "--all")
    assert sorted(titles(program)) == [f"{SECRET}的标题", "第2条新闻"]
    [only] = json.loads(program.good("takedown", "list", "--json"))
    assert (only["kind"], only["target"], only["entries"]) == ("feed", feed, 2)
    assert only["undone_at"] is not None
    assert program.run("takedown", "undo", "1").code == 2


def test_the_list_says_what_was_taken_down_and_why(program: Program, feed: str) -> None:
    assert program.good("takedown", "list") == "nothing was taken down\n"
    program.good("takedown", "1", "--reason", "  作者\n要求 ")
    listed = program.good("takedown", "list")
    assert f"https://{HOST}/a/1.html" in listed
    assert "作者 要求" in listed
    shown = program.run("entries", "show", "1")
    assert (shown.code, "作者 要求" in shown.err) == (2, True)


def test_a_dry_run_changes_nothing(program: Program, feed: str) -> None:
    said = program.good("takedown", "1", "--reason", "x", "--dry-run")
    assert said == f"entry https://{HOST}/a/1.html: entries: 1, feeds: 0\n"
    assert len(titles(program)) == 2
    assert program.good("takedown", "list") == "nothing was taken down\n"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("7", "there is no entry 7"),
        ("99999999999999999999999", "there is no entry"),
        ("url:ftp://x", "is no address of an article"),
        ("无此源", "no feed is called '无此源'"),
        ("host:..", "is no host"),
    ],
)
def test_a_target_that_does_not_exist_is_refused(
    program: Program, feed: str, target: str, message: str
) -> None:
    refused = program.run("takedown", target, "--reason", "x")
    assert refused.code == 2
    assert message in refused.err


def test_a_reason_must_be_given(program: Program, feed: str) -> None:
    assert program.run("takedown", "1").code == 2
    assert "--reason is empty" in program.run("takedown", "1", "--reason", " ").err
    assert len(titles(program)) == 2


def test_an_address_can_be_taken_down_before_it_was_seen(
    program: Program, site: Site, feed: str
) -> None:
    program.good("takedown", f"https://{HOST}/a/3.html", "--reason", "x")
    site.set("/feed", rss(item(2), item(3)))
    program.good("poll", "--all")
    assert "第3条新闻" not in titles(program)


def test_a_document_that_cannot_be_split_loses_its_bytes(world: World, site: Site) -> None:
    """A document with entities of its own is not split: its entries are stored with all of it."""
    from ingest.store.erase import Target, take_down

    document = rss(secret_item(), item(2)).replace(
        "<rss", '<!DOCTYPE rss [<!ENTITY a "b">]><rss', 1
    )
    site.set("/feed", document)
    world.add(site.url("/feed"))
    world.poll()
    target = Target(kind="entry", value="1", name="1")
    world.database.transact(take_down, target, "x", now=world.clock())
    with pages_of(world) as pages:
        assert pages.get("/e/2/bytes").status == 410
        assert "another entry of the same document was taken down" in pages.get("/e/2/bytes").text
        assert "another entry of the same document was taken down" in pages.get("/e/2").text
        assert "/e/2/bytes" not in pages.get("/e/2").links()
    site.set("/feed", document.replace("</channel>", item(3) + "</channel>"))
    world.poll()
    bodies = world.database.query(lambda c: list(c.scalars(sa.select(Capture.body))))
    assert bodies
    assert not [body for body in bodies if SECRET in unpack(body).decode()]
    assert len(world.entries()) == 2
    [feed] = world.database.query(lambda c: [row["target"] for row in every(c)])
    assert feed == "1"


def test_the_pages_of_erased_entries_are_not_requested(world: World, site: Site) -> None:
    from ingest.store.erase import Target, take_down

    page = site.url("/a/1.html")
    site.set("/a/1.html", "<html><body><p>页</p></body></html>")
    site.set("/feed", rss(item(1, link=page)))
    world.add(site.url("/feed"), full_text=True)
    world.poll()
    target = Target(kind="entry", value="1", name=page)
    world.database.transact(take_down, target, "x", now=world.clock())
    asked = len(site.requests_to("/a/1.html"))
    site.set("/feed", rss(item(1, link=page), item(2, link="")))
    world.poll()
    assert len(site.requests_to("/a/1.html")) == asked


def test_opml_and_configuration_leave_out_feeds_that_were_taken_down(
    program: Program, site: Site, feed: str
) -> None:
    exported = program.good("feeds", "export")
    program.good("takedown", feed, "--reason", "x")
    (program.folder / "feeds.opml").write_text(exported)
    assert "0 feeds added" in program.run("feeds", "import", "feeds.opml").out
    program.write_config(f'[[feeds]]\nurl = "{feed}"\n')
    program.good("poll", "--all")
    assert titles(program) == []
