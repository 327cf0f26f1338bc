"""Make the line that names the author of a text, with a link to the original."""

from __future__ import annotations

from html import escape

from ingest.outputs.inert import inert_link
from ingest.outputs.naming import author_of_record
from ingest.values import Record


def source_line(record: Record) -> str:
    """Return a paragraph of HTML, in Chinese for Chinese entries, otherwise in English."""
    author = escape(author_of_record(record))
    site = escape(" ".join(record.feed_title.split())) or author
    if record.link:
        site = f'<a href="{inert_link(record.link)}" rel="noopener">{site}</a>'
    if record.language.partition("-")[0] == "zh":
        return f"<p>作者：{author}。原文：{site}</p>"
    return f"<p>By {author}. Original: {site}</p>"
