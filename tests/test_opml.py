from __future__ import annotations

import pytest

from ingest.config import FeedSettings
from ingest.errors import UsageError
from ingest.reading.lists.opml import NAMESPACE, read_opml, write_opml

OPML = """<?xml version="1.0" encoding="{charset}"?>
<opml version="2.0"><body>
<outline text="新闻"><outline text="国际">
<outline type="rss" text="江海 & 晚报" xmlUrl="https://a.example.cn/x?b=1&c=2"/>
</outline></outline>
<outline type="rss" title="台灣" xmlUrl="https://b.example.cn/feed"/>
<outline type="rss" text="坏" xmlUrl="gopher://c"/>
</body></opml>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "big5", "utf-16"])
def test_folders_become_categories_in_any_charset(charset: str) -> None:
    codec = {"gb2312": "gb18030", "big5": "big5hkscs"}.get(charset, charset)
    text = OPML if charset != "big5" else OPML.replace("国际", "國際").replace("新闻", "新聞")
    text = (
        text
        if charset != "big5"
        else text.replace("江海 & 晚报", "江海 & 晚報").replace("坏", "壞")
    )
    listed = read_opml(text.format(charset=charset).encode(codec), "list.opml")
    first, second = listed.feeds
    assert first.url == "https://a.example.cn/x?b=1&c=2"
    assert (first.title or "").startswith("江海 & 晚")
    assert len(first.categories) == 2
    assert (second.title, second.categories) == ("台灣", ())
    assert [problem.partition(":")[0] for problem in listed.problems] == ["gopher"]


@pytest.mark.parametrize("body", [b"", b"<html><p>hi</p></html>", b"\x00\x01", b"<opml/>"])
def test_a_file_without_feeds_is_refused(body: bytes) -> None:
    with pytest.raises(UsageError, match="lists no feeds"):
        read_opml(body, "list.opml")


LIST = '<opml version="2.0"><body>\n<outline text="新闻">\n{}\n</outline>\n</body></opml>'
FEED = '<outline type="rss" text="甲" xmlUrl="https://a.example/feed"/>'


@pytest.mark.parametrize(
    ("outline", "url"),
    [
        ('<outline type="rss" text="乙" url="https://b.example/x"/>', "https://b.example/x"),
        ('<outline TYPE="RSS" text="乙" xmlURL="https://b.example/x"/>', "https://b.example/x"),
        (
            '<outline type="link" text="乙" url="https://b.example/rss.xml"/>',
            "https://b.example/rss.xml",
        ),
        ('<outline text="乙" url="https://b.example/feed/"/>', "https://b.example/feed/"),
        ('<outline text="乙" url="https://b.example/?feed=rss"/>', "https://b.example/?feed=rss"),
        ('<outline text="R&D" xmlUrl="https://b.example/?a=1&b=2"/>', "https://b.example/?a=1&b=2"),
    ],
)
def test_every_attribute_that_can_name_a_feed_is_read(outline: str, url: str) -> None:
    listed = read_opml(LIST.format(FEED + outline).encode(), "list.opml")
    found = [feed.url for feed in listed.feeds[1:]]
    assert found == [url]
    assert listed.feeds[-1].categories == ("新闻",)
    assert (listed.problems, listed.damage) == ((), None)


@pytest.mark.parametrize(
    ("outline", "problem"),
    [
        (
            '<outline text="乙" htmlUrl="https://b.example/"/>',
            "https://b.example/: a page; find its feed with: guidang feeds add ADDRESS",
        ),
        (
            '<outline type="link" text="乙" url="https://b.example/about"/>',
            "https://b.example/about: a page; find its feed with: guidang feeds add ADDRESS",
        ),
        (
            '<outline type="include" text="乙" url="https://b.example/all.opml"/>',
            "https://b.example/all.opml: a list of its own; save it and import it",
        ),
        (
            '<outline type="source" text="乙" xmlUrl="https://b.example/all"/>',
            "https://b.example/all: a list of its own; save it and import it",
        ),
        (
            '<outline type="Include" text="乙" xmlURL="https://b.example/all.opml"/>',
            "https://b.example/all.opml: a list of its own; save it and import it",
        ),
        ('<outline type="rss" text="乙"/>', "乙: names no address"),
        ('<outline type="source" text="乙"/>', "乙: names no address"),
    ],
)
def test_outlines_that_cannot_be_imported_are_listed(outline: str, problem: str) -> None:
    listed = read_opml(LIST.format(FEED + outline).encode(), "list.opml")
    assert (len(listed.feeds), listed.problems) == (1, (problem,))
    assert read_opml(LIST.format(outline).encode(), "list.opml").problems == (problem,)


def test_an_empty_folder_is_not_listed_as_a_problem() -> None:
    assert (
        read_opml(LIST.format(FEED + '<outline text="空"/>').encode(), "list.opml").problems == ()
    )


@pytest.mark.parametrize(
    ("end", "feeds", "damage"),
    [
        ('<outline type="rss" text="乙" xmlUrl="https://b.exam', 1, "cut off at line 3"),
        ("<out", 1, "cut off at line 3"),
        ("", 1, "cut off at line 3"),
        ("</body></opml>", 1, "broken at line 3"),
    ],
)
def test_a_truncated_or_broken_list_gives_the_place_of_the_damage(
    end: str, feeds: int, damage: str
) -> None:
    whole = LIST.format(FEED)
    listed = read_opml((whole[: whole.index(FEED) + len(FEED)] + end).encode(), "list.opml")
    assert len(listed.feeds) == feeds
    assert (listed.damage or "").startswith(damage)


def test_a_list_that_ends_before_its_first_feed_is_refused() -> None:
    with pytest.raises(UsageError, match="lists no feeds; is it an OPML file.; it is cut off"):
        read_opml(LIST[:40].encode(), "list.opml")


def test_an_exported_list_can_be_imported() -> None:
    settings = FeedSettings(title="江海 <晚报>", categories=("新闻", "国际"))
    written = write_opml(
        [("https://u:p@a.example.cn/x?key=K&b=1", "江海 <晚报>", "https://a.example.cn/", settings)]
    )
    assert "K" not in written.replace("OPML", "")
    (feed,) = read_opml(written.encode(), "x").feeds
    assert (feed.url, feed.settings) == ("https://a.example.cn/x?b=1", settings)


ALL_SET = {
    "author": "编辑部 <&>",
    "timezone": "Asia/Taipei",
    "interval": "6h",
    "full_text": "auto",
    "user_agent": "Reader/1",
    "follow_moves": False,
    "categories": ("新闻", "国际"),
}


@pytest.mark.parametrize(
    "settings", [{}, ALL_SET, ALL_SET | {"title": "晚报"}, {"full_text": True}]
)
def test_settings_survive_an_export_and_import(settings: dict[str, object]) -> None:
    """A title that the user did not set is, after the import, still not set by the user."""
    wanted = FeedSettings.model_validate(settings)
    written = write_opml([("https://a.example/x", "它自己的名字", None, wanted)])
    (feed,) = read_opml(written.encode(), "x").feeds
    assert feed.settings == wanted


def test_headers_passwords_and_proxies_are_not_exported() -> None:
    wanted = FeedSettings.model_validate(
        {"auth": "env:PAROLE", "headers": {"Cookie": "a=GEHEIM"}, "proxy": "socks5://u:GEHEIM@p:1"}
    )
    written = write_opml([("https://a.example/x", "甲", None, wanted)])
    assert not [secret for secret in ("PAROLE", "GEHEIM") if secret in written]


@pytest.mark.parametrize(
    "attribute", ['auth="env:PAROLE"', 'proxy="http://p.example:1"', 'user-agent="env:PAROLE"']
)
def test_a_list_cannot_refer_to_secrets_of_this_machine(attribute: str) -> None:
    outline = FEED.replace("/>", f' xmlns:g="{NAMESPACE}" g:{attribute} g:interval="6h"/>')
    (feed,) = read_opml(LIST.format(outline).encode(), "x").feeds
    assert feed.settings.as_json() == {"title": "甲", "categories": ["新闻"], "interval": "6h"}


def test_an_invalid_setting_is_listed_as_a_problem() -> None:
    outline = FEED.replace("/>", f' xmlns:g="{NAMESPACE}" g:interval="bald"/>')
    listed = read_opml(LIST.format(outline).encode(), "x")
    assert (len(listed.feeds), len(listed.problems)) == (0, 1)
