"""The heading of an article's page that says the title again, which the record has already."""

from __future__ import annotations

import re

from ingest.reading import html, titles
from ingest.reading.html.allowed import sanitize
from ingest.values import SafeHtml

_HEADING = re.compile(r"<h([1-6])(?:\s[^<>]*)?>(.*?)</h\1>\s*", re.DOTALL)
_LONGEST = 2_000
# Before it may stand the section, the date, the name of a column.
_LEAD = 100


def without_title(clean: SafeHtml, title: str) -> SafeHtml:
    """Return clean HTML without its first heading, if that repeats the title."""
    found = _HEADING.search(clean)
    if (
        found is None
        or len(found[2]) > _LONGEST
        or len(html.text_of(clean[: found.start()])) > _LEAD
    ):
        return clean
    key = titles.title_key(html.text_of(found[2]))
    if not key or key != titles.title_key(title):
        return clean
    # A heading that holds a heading is cut at the wrong end tag.
    return sanitize(clean[: found.start()] + clean[found.end() :])
