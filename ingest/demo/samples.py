"""The sample feeds: what each demonstrates, how it is served, and what a poll must find.

The documents are in `documents/`, as UTF-8 text: `morning/` is the site at the first poll,
`evening/` has the files that have changed at the second poll.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files

from ingest.config import FeedSettings

MORNING, EVENING = "morning", "evening"
_DOCUMENTS = files("ingest.demo") / "documents"
_PLACEHOLDER = "{site}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A file of the site, its path and its media type.

    The file is sent in `encoding`. With `has_etag`, the server answers 304 to clients that have
    the file. With a `status` other than 200, the answer has no file.
    """

    path: str
    file: str = ""
    media_type: str = "application/rss+xml; charset=utf-8"
    encoding: str = "utf-8"
    has_etag: bool = False
    status: int = 200

    def body(self, site: str, edition: str = MORNING) -> bytes:
        """Return the bytes to send; `site` is the base address for links in the document."""
        document = _DOCUMENTS / edition / self.file
        if not document.is_file():
            document = _DOCUMENTS / MORNING / self.file
        text = document.read_text(encoding="utf-8")
        return text.replace(_PLACEHOLDER, site).encode(self.encoding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Served):
    """A feed of the site.

    `route` is its `rsshub://` address, if the site acts as an RSSHub instance for the feed. The
    first poll must find `entries` new entries. The second poll must find `added` new entries and
    `edited` edited entries.
    """

    shows: str
    entries: int = 2
    added: int = 0
    edited: int = 0
    route: str | None = None
    settings: FeedSettings = field(default_factory=FeedSettings)

    @property
    def is_broken(self) -> bool:
        """Return whether polls of the feed must fail."""
        return self.status != 200


SAMPLES = (
    Sample(
        path="/jianghai/news",
        file="jianghai.xml",
        shows="RSSHub",
        route="rsshub://jianghai/news",
        media_type="application/xml; charset=utf-8",
        has_etag=True,
        added=1,
        settings=FeedSettings(categories=("新媒体", "江海半岛网", "新闻")),
    ),
    # Declared as GB2312 although it has characters that only GBK has, as in many real feeds.
    Sample(
        path="/linxi/rss.xml",
        file="linxi.xml",
        shows="GB2312 (GBK)",
        media_type="text/xml",
        encoding="gbk",
        has_etag=True,
        settings=FeedSettings(categories=("报刊", "临溪晚报")),
    ),
    Sample(
        path="/harbour/rss.xml",
        file="harbour.xml",
        shows="Big5",
        media_type="text/xml; charset=Big5",
        encoding="big5",
        settings=FeedSettings(categories=("報刊", "港灣週刊"), timezone="Asia/Hong_Kong"),
    ),
    Sample(
        path="/notes/atom.xml",
        file="notes.xml",
        shows="Atom",
        media_type="application/atom+xml; charset=utf-8",
        has_etag=True,
    ),
    Sample(
        path="/radio/feed.json",
        file="radio.json",
        shows="JSON Feed",
        media_type="application/feed+json",
        has_etag=True,
    ),
    Sample(
        path="/notices/rss.xml",
        file="notices.xml",
        shows="no guid, no date",
        added=1,
    ),
    Sample(
        path="/longread/rss.xml",
        file="longread.xml",
        shows="full-text pages",
        settings=FeedSettings(full_text=True),
    ),
    Sample(
        path="/weather/rss.xml",
        file="weather.xml",
        shows="edited entry",
        added=1,
        edited=1,
    ),
    Sample(path="/hostile/rss.xml", file="hostile.xml", shows="hostile feed", entries=6),
    Sample(
        path="/broken/rss.xml",
        shows="broken server",
        status=500,
        entries=0,
        settings=FeedSettings(title="今天休息"),
    ),
)

PAGES = (
    Served(path="/robots.txt", file="robots.txt", media_type="text/plain; charset=utf-8"),
    *(
        Served(
            path=f"/longread/{name}.html",
            file=f"longread/{name}.html",
            media_type="text/html; charset=utf-8",
        )
        for name in ("paper", "library")
    ),
)
