"""Entries get the newest addresses of their pictures and files; records follow if needed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from ingest.reading.entries.newest import Pictured, is_signed_anew, newest, resigned
from ingest.reading.html.allowed import sanitize
from ingest.store import feeds
from ingest.values import Enclosure
from tests.site import Site
from tests.support import item, rss
from tests.world import World

_HOST = "https://img.example.cn"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> World:
    return World(tmp_path, sqlite_url)


class Polled:
    """A feed with one entry; `poll` returns what is stored after each poll."""

    def __init__(self, world: World, site: Site) -> None:
        self._world, self._site = world, site
        self._feed = world.add(site.url("/feed"))

    def poll(self, body: str, more: str = "") -> tuple[dict[str, object], str, int]:
        """Return the entry, its record, and how many files were written."""
        self._world.clock.move(hours=2)
        fields = {"description": escape(body)}
        self._site.set("/feed", rss(item(1, **fields).replace("</item>", f"{more}</item>")))
        before = self._stamps()
        (poll,) = self._world.poll(self._feed)
        assert poll.edited == 0
        (entry,) = self._world.entries()
        (record,) = self._world.files().values()
        written = sum(self._stamps()[path] != before.get(path) for path in self._stamps())
        return self._world.entry(entry["id"]), record.decode(), written

    def replay(self) -> str:
        feed = next(f for f in self._world.database.query(feeds.every) if f.id == self._feed.id)
        self._world.replay(feed)
        (entry,) = self._world.entries()
        return str(self._world.entry(entry["id"])["html"])

    def _stamps(self) -> dict[Path, int]:
        root = self._world.config.archive.path
        return {path: path.stat().st_ino for path in root.rglob("*.md")}


@pytest.fixture
def polled(world: World) -> Callable[[Site], Polled]:
    return lambda site: Polled(world, site)


def test_a_new_signature_is_stored_but_no_file_is_written(
    world: World, polled: Callable[[Site], Polled]
) -> None:
    with Site() as site:
        feed = polled(site)
        for number in range(4):
            entry, record, written = feed.poll(f'<p>文<img src="{_HOST}/a.jpg?sign=s{number}"></p>')
        assert "sign=s3" in str(entry["html"])
        assert str(entry["lead_image"]).endswith("sign=s3")
        assert "sign=s0" in record
        assert written == 0
        assert world.counts()["revision"] == 0
        assert "sign=s3" in feed.replay()


def test_a_new_signature_with_an_expiry_is_written_to_the_file(
    polled: Callable[[Site], Polled],
) -> None:
    with Site() as site:
        feed = polled(site)
        for number in (1, 2):
            address = f"{_HOST}/a.jpg?Expires=170000000{number}&Signature=x{number}"
            _, record, written = feed.poll(f'<p>文<img src="{address}"></p>')
        assert written == 1
        assert "Expires=1700000002" in record
        assert "Expires=1700000001" not in record


def test_a_new_host_is_written_to_the_file(polled: Callable[[Site], Polled]) -> None:
    with Site() as site:
        feed = polled(site)
        feed.poll(f'<p>文<a href="{_HOST}/a.jpg"><img src="{_HOST}/a.jpg"></a></p>')
        new = "https://cdn.example.com/2024/a.jpg"
        entry, record, written = feed.poll(f'<p>文<a href="{new}"><img src="{new}"></a></p>')
        assert written == 1
        assert _HOST not in record
        assert record.count(new) == 4
        assert entry["lead_image"] == new
        assert new in feed.replay()


def test_a_cover_that_is_added_later_is_stored(
    world: World, polled: Callable[[Site], Polled]
) -> None:
    with Site() as site:
        feed = polled(site)
        entry, record, _ = feed.poll("<p>文</p>")
        assert entry["lead_image"] is None
        cover = f'<enclosure url="{_HOST}/cover.jpg" type="image/jpeg" length="1"/>'
        entry, record, written = feed.poll("<p>文</p>", cover)
        assert entry["lead_image"] == f"{_HOST}/cover.jpg"
        assert f"headimg: '{_HOST}/cover.jpg'" in record
        assert (written, world.counts()["revision"]) == (1, 0)
        _, _, written = feed.poll("<p>文</p>")
        assert written == 0
        assert f"headimg: '{_HOST}/cover.jpg'" in next(iter(world.files().values())).decode()


@pytest.mark.parametrize(
    "cover",
    [
        '<enclosure url="{}" type="image/jpeg" length="1"/>',
        '<thumbnail xmlns="http://search.yahoo.com/mrss/" url="{}"/>',
    ],
)
def test_another_cover_replaces_the_first(
    world: World, polled: Callable[[Site], Polled], cover: str
) -> None:
    with Site() as site:
        feed = polled(site)
        feed.poll("<p>文</p>", cover.format(f"{_HOST}/first.jpg"))
        entry, record, written = feed.poll("<p>文</p>", cover.format(f"{_HOST}/second.jpg"))
        assert entry["lead_image"] == f"{_HOST}/second.jpg"
        assert f"headimg: '{_HOST}/second.jpg'" in record
        assert "first.jpg" not in record
        assert (written, world.counts()["revision"]) == (1, 0)
        feed.replay()
        assert world.entry(1)["lead_image"] == f"{_HOST}/second.jpg"


def test_another_sound_replaces_the_first_and_other_files_stay(
    polled: Callable[[Site], Polled],
) -> None:
    sound = f'<enclosure url="{_HOST}/%s.mp3" type="audio/mpeg" length="1"/>'
    paper = f'<enclosure url="{_HOST}/a.pdf" type="application/pdf" length="1"/>'
    with Site() as site:
        feed = polled(site)
        feed.poll("<p>文</p>", sound % "first" + paper)
        entry, record, _ = feed.poll("<p>文</p>", sound % "second" + paper)
        assert record.count("<audio") == 1
        assert "second.mp3" in record
        assert "a.pdf" in record
        assert "first.mp3" not in record
        html = entry["html"]
        assert feed.replay() == html


def test_pictures_of_wechat_are_covers_at_either_of_its_hosts(
    world: World, polled: Callable[[Site], Polled]
) -> None:
    picture = '<p>文<img src="https://mmbiz.%s.cn/mmbiz_jpg/AbCdEf0123456789/640?wx_fmt=jpeg"></p>'
    with Site() as site:
        feed = polled(site)
        for host in ("qpic", "qlogo"):
            entry, record, _ = feed.poll(picture % host)
            assert f"headimg: 'https://mmbiz.{host}.cn/" in record
            feed.replay()
            assert world.entry(1)["lead_image"] == entry["lead_image"]


def test_a_sound_that_comes_later_is_taken(polled: Callable[[Site], Polled]) -> None:
    with Site() as site:
        feed = polled(site)
        feed.poll("<p>文</p>")
        sound = f'<enclosure url="{_HOST}/1.mp3" type="audio/mpeg" length="1"/>'
        _, record, written = feed.poll("<p>文</p>", sound)
        assert written == 1
        assert f'<audio controls="" preload="none" src="{_HOST}/1.mp3">' in record


def test_counters_in_the_text_are_not_updated(polled: Callable[[Site], Polled]) -> None:
    with Site() as site:
        feed = polled(site)
        for number in (1, 2):
            picture = f'<img src="{_HOST}/a.jpg?token={number}">'
            entry, _, written = feed.poll(f"<p>文 阅读 {number}0 次{picture}</p>")
        assert "阅读 10 次" in str(entry["html"])
        assert "token=2" in str(entry["html"])
        assert written == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("/a.jpg?sign=1", "/a.jpg?sign=2", True),
        ("/a.jpg?w=1&sign=1", "/a.jpg?w=1&sign=2&t=9", True),
        ("/a.jpg?w=1", "/a.jpg?w=2", False),
        ("/a.jpg", "/b.jpg", False),
        ("/0123456789abcdef01/a.jpg", "/fedcba987654321012/a.jpg", True),
        ("/20240520/a.jpg", "/20240521/a.jpg", True),
        ("/x/a.jpg", "/y/a.jpg", False),
    ],
)
def test_addresses_that_differ_only_in_a_signature(old: str, new: str, expected: bool) -> None:
    assert is_signed_anew(_HOST + old, _HOST + new) is expected


def test_numbered_hosts_of_one_name_count_as_one() -> None:
    assert is_signed_anew("https://img1.example.cn/a.jpg", "https://img23.example.cn/a.jpg")
    assert not is_signed_anew("https://img1.example.cn/a.jpg", "https://pic1.example.cn/a.jpg")
    assert not is_signed_anew("https://[", "https://img1.example.cn/a.jpg")


def _pictured(html: str, *files: str) -> Pictured:
    enclosures = tuple(Enclosure(url=url) for url in files)
    return Pictured(html=sanitize(html), lead_image=None, enclosures=enclosures)


def test_srcset_and_poster_addresses_are_updated_too() -> None:
    html = (
        f'<img srcset="{_HOST}/a.jpg?s=%s 1x, {_HOST}/b.jpg?s=%s 2x" src="{_HOST}/a.jpg?s=%s">'
        f'<video poster="{_HOST}/p.jpg?a=1&amp;s=%s" src="{_HOST}/v.mp4?s=%s"></video>'
    )
    taken = newest(_pictured(html % (1, 1, 1, 1, 1)), _pictured(html % (2, 2, 2, 2, 2)))
    assert taken is not None
    assert taken.pictured.html == sanitize(html % (2, 2, 2, 2, 2))


def test_a_file_name_that_two_pictures_share_is_not_updated() -> None:
    kept = _pictured(f'<img src="{_HOST}/a/photo.jpg"><img src="{_HOST}/c.jpg?s=1">')
    others = f'<img src="{_HOST}/x/photo.jpg"><img src="{_HOST}/y/photo.jpg">'
    now = _pictured(f'{others}<img src="{_HOST}/c.jpg?s=2">')
    taken = newest(kept, now)
    assert taken is not None
    assert taken.pictured.html == kept.html.replace("c.jpg?s=1", "c.jpg?s=2")


def test_a_replay_keeps_newer_signatures_and_nothing_else() -> None:
    read = _pictured(f'<img src="{_HOST}/a.jpg?sign=1"><img src="{_HOST}/b.jpg">')
    present = _pictured(f'<img src="{_HOST}/a.jpg?sign=2"><img src="https://wrong.example/b.jpg">')
    assert resigned(read, present).html == read.html.replace("sign=1", "sign=2")
