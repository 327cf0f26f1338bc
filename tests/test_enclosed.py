"""Enclosures: files of an entry that its text does not show are added below the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.reading.documents.parse import parse
from ingest.reading.entries.body import clean as clean_html
from ingest.reading.entries.body import split_files, with_files
from ingest.reading.entries.normalize import Context, normalize
from ingest.values import Document, Enclosure, NormalEntry

_BASE = "https://cast.example.cn/12"
_MP3 = "https://cdn.example.cn/12.mp3?sig=a&b=2"


def _files_html(clean: str, *urls: str, kind: str | None = None, image: str | None = None) -> str:
    enclosures = [Enclosure(url=url, media_type=kind) for url in urls]
    whole = with_files(clean, enclosures, base_url=_BASE, lead_image=image)
    assert whole.startswith(clean)
    assert clean_html(whole, base_url=_BASE) == whole
    return whole.removeprefix(clean)


def test_an_audio_file_gets_a_player_and_a_link() -> None:
    assert _files_html("<p>说明</p>", _MP3, kind="audio/mpeg") == (
        '<p class="enclosure"><audio controls="" preload="none"'
        ' src="https://cdn.example.cn/12.mp3?sig=a&amp;b=2"></audio><br>'
        '<a href="https://cdn.example.cn/12.mp3?sig=a&amp;b=2" type="audio/mpeg">12.mp3</a></p>'
    )


@pytest.mark.parametrize(
    ("url", "kind", "element"),
    [
        ("a.m4a", None, "audio"),
        ("/a.MP3?x=1", "application/octet-stream", "audio"),
        ("//c.example.cn/a", "Audio/mpeg", "audio"),
        ("a.mp4", "video/mp4", "video"),
        ("a.webm", "", "video"),
    ],
)
def test_the_player_depends_on_the_type_of_the_file(
    url: str, kind: str | None, element: str
) -> None:
    shown = _files_html("", url, kind=kind)
    assert f"<{element} " in shown
    assert shown.count("<a href=") == 1


@pytest.mark.parametrize(
    ("url", "kind"), [("a.pdf", "application/pdf"), ("magnet:?xt=urn:btih:abc", None)]
)
def test_any_other_file_gets_a_link(url: str, kind: str | None) -> None:
    shown = _files_html("", url, kind=kind)
    assert shown.startswith('<p class="enclosure"><a href=')
    assert "src=" not in shown


def test_all_files_get_links_and_one_of_each_kind_a_player() -> None:
    shown = _files_html("", "480.mp4", "1080.mp4", "a.mp3", "a.ogg", "480.mp4")
    assert (shown.count("<video"), shown.count("<audio"), shown.count("<a ")) == (1, 1, 4)


@pytest.mark.parametrize(
    "clean",
    [
        '<audio src="https://cdn.example.cn/12.mp3" controls=""></audio>',
        '<audio><source src="http://cdn.example.cn/12.mp3?sig=other"></audio>',
        '<a href="https://cdn.example.cn/12.mp3?sig=a&amp;b=2">下载</a>',
        '<a href="https://count.example.com/r/cdn.example.cn/12.mp3">下载</a>',
    ],
)
def test_files_that_the_text_shows_or_links_are_not_added(clean: str) -> None:
    clean = clean_html(clean, base_url=_BASE)
    assert _files_html(clean, _MP3) == ""


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://cast.example.cn/12", "https://cast.example.cn/12/sound.mp3"),
        ("https://cast.example.cn/ep", "https://cast.example.cn/ep1.mp3"),
        ("https://cast.example.cn/play?id=1", "https://cast.example.cn/play?id=2"),
    ],
)
def test_a_link_to_another_address_does_not_hide_a_file(link: str, url: str) -> None:
    clean = clean_html(f'<a href="{link}">节目页</a>', base_url=_BASE)
    assert f'src="{url}"' in _files_html(clean, url, kind="audio/mpeg")


def test_the_lead_image_is_not_added() -> None:
    image = "https://cdn.example.cn/12.jpg"
    assert _files_html("", f"{image}?w=1", image=image) == ""


def test_pictures_are_added_to_a_text_without_pictures() -> None:
    assert '<img src="https://cast.example.cn/b.png"' in _files_html(
        "", "b.png", image=f"{_BASE}.jpg"
    )
    assert _files_html("", "b.png", kind="image/png") == ""
    text = clean_html("<img src='c.png'>", base_url=_BASE)
    assert _files_html(text, "b.png", image=f"{_BASE}.jpg") == ""


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:audio/mpeg;base64,AA", "", "https://"]
)
def test_unsafe_and_empty_addresses_are_left_out(url: str) -> None:
    assert _files_html("<p>甲</p>", url, kind="audio/mpeg") == ""


def test_file_names_and_types_are_escaped() -> None:
    shown = _files_html(
        "", "https://c.example.cn/%3Cimg%20src=x%3E%22.mp3", kind='audio/"><script>'
    )
    assert "<img" not in shown
    assert "<script" not in shown


def test_added_files_can_be_split_off_again() -> None:
    files = (Enclosure(url=_MP3, media_type="audio/mpeg"), Enclosure(url="https://c.cn/a.pdf"))
    whole = with_files("<p>说明</p>\n", files, base_url=_BASE, lead_image=None)
    assert split_files(whole) == ("<p>说明</p>\n", files)
    assert split_files("<p>说明</p>") == ("<p>说明</p>", ())
    assert split_files(whole + "<p>后</p>") == (whole + "<p>后</p>", ())


def _entry(inner: str) -> NormalEntry:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    body = (
        f'<rss version="2.0" {media}><channel><title>t</title><item><title>甲</title>{inner}'
        "</item></channel></rss>"
    ).encode()
    at = datetime(2024, 5, 20, tzinfo=UTC)
    document = Document(
        url=_BASE, final_url=_BASE, status=200, content_type=None, body=body, fetched_at=at
    )
    feed = parse(body, content_type=None, url=_BASE)
    (entry,) = normalize(feed, Context(document=document, first_seen_at=at, zone=UTC))
    return entry


@pytest.mark.parametrize(
    "inner",
    [
        '<enclosure url="https://c.example.cn/1.mp3" type="audio/mpeg"/>',
        "<enclosure>https://c.example.cn/1.mp3</enclosure>",
        "<description>x</description><enclosure>\n https://c.example.cn/1.mp3 \n</enclosure>",
        '<media:content medium="audio">https://c.example.cn/1.mp3</media:content>',
        '<media:group><media:content type="audio/mpeg" url="https://c.example.cn/1.mp3"/></media:group>',
    ],
)
def test_the_audio_file_of_a_feed_is_in_the_html_of_its_entry(inner: str) -> None:
    entry = _entry(inner)
    assert [file.url for file in entry.enclosures] == ["https://c.example.cn/1.mp3"]
    assert '<audio controls="" preload="none" src="https://c.example.cn/1.mp3">' in entry.html
    assert entry.title == "甲"


def test_alternate_enclosures_follow_the_main_one() -> None:
    other = (
        '<podcast:alternateEnclosure xmlns:podcast="https://podcastindex.org/namespace/1.0"'
        ' type="audio/opus" length="5"><podcast:source uri="ipfs://a"/>'
        '<podcast:source uri="https://c.cn/1.opus"/><podcast:source uri="https://d.cn/1.opus"/>'
        "</podcast:alternateEnclosure>"
    )
    entry = _entry(f'{other}<enclosure url="https://c.cn/1.mp3" type="audio/mpeg"/>')
    assert entry.enclosures == (
        Enclosure(url="https://c.cn/1.mp3", media_type="audio/mpeg"),
        Enclosure(url="https://c.cn/1.opus", media_type="audio/opus", length=5),
    )


def test_an_added_file_is_no_edit() -> None:
    with_file = _entry('<description>文</description><enclosure url="https://c.cn/1.mp3"/>')
    without = _entry("<description>文</description>")
    assert with_file.html != without.html
    assert with_file.text_digest == without.text_digest
