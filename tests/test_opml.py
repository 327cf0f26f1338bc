from __future__ import annotations

import pytest

from ingest.config import FeedSettings
from ingest.errors import UsageError
from ingest.reading.opml import read_opml, write_opml

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
def test_what_lists_no_feeds_is_refused(body: bytes) -> None:
    with pytest.raises(UsageError, match="lists no feeds"):
        read_opml(body, "list.opml")


def test_what_is_written_is_read_again() -> None:
    settings = FeedSettings(title="江海 <晚报>", categories=("新闻", "国际"))
    written = write_opml(
        [("https://u:p@a.example.cn/x?key=K&b=1", "江海 <晚报>", "https://a.example.cn/", settings)]
    )
    assert "K" not in written.replace("OPML", "")
    (feed,) = read_opml(written.encode(), "x").feeds
    assert (feed.url, feed.settings) == ("https://a.example.cn/x?b=1", settings)
