"""The fields of a record for its front matter, in text that is safe in themes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from ingest.outputs.body import must_stay_raw
from ingest.outputs.hexo.places import category_places
from ingest.outputs.hexo.yaml import MOST_REMEMBERED
from ingest.outputs.inert import inert_link, inert_picture, inert_text, without_tags
from ingest.outputs.layout import Names, Options
from ingest.outputs.names import category_names, tag_names
from ingest.outputs.naming import author_of_record
from ingest.outputs.summary import summary_of
from ingest.outputs.text import one_line
from ingest.urls import server_of, without_secrets
from ingest.values import Record

_HEADING = re.compile(r"<h[1-6]\b([^>]*)>")
_FEWEST_HEADINGS = 2


class Post:
    """A record with the fields of a post.

    Texts are on one line. A text that the record lacks is empty.
    """

    def __init__(self, record: Record, options: Options, names: Names) -> None:
        self._record = record
        self._options = options
        self._names = names

    @property
    def title(self) -> str:
        """The title, or the date if there is no title."""
        return inert_text(one_line(self._record.title)) or self.date

    @property
    def categories(self) -> Sequence[str]:
        """The path of categories, spelled as on the site."""
        path = category_names(self._record, self._options.default_category)
        if not self._names:
            return path
        return [self._names.get(one, one[1]) for one in category_places(path, self._names)]

    @property
    def tags(self) -> Sequence[str]:
        """The tags, spelled as on the site."""
        tags = (self._names.get(("tags", tag), tag) for tag in tag_names(self._record))
        return list(dict.fromkeys(tags))

    @property
    def author(self) -> str:
        """The names of the authors, or else the feed's author or the site's name."""
        return inert_text(one_line(author_of_record(self._record)))

    @property
    def author_page(self) -> str:
        """The author's own page, if the entry has one author with a page.

        Otherwise, this is `original`, the address of the original page.
        """
        return self._page_of_author or self.original

    @property
    def author_site(self) -> str:
        """The author's own page, or else the home page of the original's site."""
        root = "/".join(self.original.split("/")[:3])
        return self._page_of_author or (f"{root}/" if root else "")

    @property
    def _page_of_author(self) -> str:
        authors = self._record.authors
        return _web_address(authors[0].url) if len(authors) == 1 else ""

    @property
    def image(self) -> str:
        """The address of the lead image, or else of the default image."""
        image = self._record.lead_image or self._options.default_image
        return inert_picture(image) if image else ""

    @property
    def image_is_in_text(self) -> bool:
        """Return whether the text shows the lead image too."""
        image = self._record.lead_image
        return image is not None and image.replace("&", "&amp;") in self._record.html

    @property
    def date(self) -> str:
        """The date of publication, in the date style of the output."""
        return self._date(self._record.at)

    @property
    def updated(self) -> str:
        """The date of the last change, in the date style of the output."""
        return self._date(self._record.last_change_at)

    def _date(self, at: datetime) -> str:
        style, zone = self._options.date_style, self._options.timezone
        if style == "local":
            return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
        if style == "iso":
            return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if style == "offset":
            return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
        return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)

    @property
    def link(self) -> str:
        """The address of the entry's page."""
        return inert_link(self._record.link or "")

    @cached_property
    def original(self) -> str:
        """The web address of the original: of the entry's page, or else of the feed."""
        return _web_address(self._record.link) or _web_address(self.feed)

    @property
    def feed(self) -> str:
        """The address of the feed, without passwords and keys."""
        return _feed(self._record.feed_url)

    @property
    def guid(self) -> str:
        """The publisher's id of the entry."""
        return without_tags(one_line(self._record.guid or ""))

    @cached_property
    def description(self) -> str:
        """The beginning of the text, also safe inside a quoted attribute."""
        return inert_text(summary_of(self._record.html)).replace('"', "＂")

    @property
    def has_contents(self) -> bool:
        """Return whether a table of contents can be made: at least two headings, all with an id."""
        headings = _HEADING.findall(self._record.html)
        return len(headings) >= _FEWEST_HEADINGS and all(" id=" in one for one in headings)

    @property
    def is_chinese(self) -> bool:
        """Return whether the text is Chinese, or its language is unknown."""
        return self._record.language.partition("-")[0] in {"zh", ""}

    @property
    def noindex(self) -> bool:
        """Return whether search engines must not list the page."""
        return self._record.noindex

    @property
    def must_stay_raw(self) -> bool:
        """Return whether the filter github-emojis must skip the text."""
        return must_stay_raw(self._record.html)


def _web_address(url: str | None) -> str:
    """Return an http(s) address made safe for attributes, or an empty string for others."""
    return inert_link(url) if url and server_of(url) else ""


@lru_cache(maxsize=MOST_REMEMBERED)
def _feed(url: str) -> str:
    return inert_link(without_secrets(url))
