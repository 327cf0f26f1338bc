"""Apply the rights that are set for a feed to its records: excerpts, and the end of an embargo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Protocol

from ingest.outputs.summary import summary_of
from ingest.values import Record

_NEVER = datetime.max.replace(tzinfo=UTC)


class Readers(Protocol):
    """The settings of an output that say who reads the output, and when."""

    @property
    def private(self) -> bool:
        """Whether only the user reads the output. The rights of feeds then do not apply."""

    @property
    def publish_after(self) -> timedelta | None:
        """The time from the publication of an entry until it may be in the output."""


def apply_rights(record: Record, output: Readers) -> Record:
    """Return the record, with only the parts that the feed's rights allow in this output.

    An excerpt is the beginning of the text without markup, and has no lead image, because a
    photograph is a whole work. Layouts add the link to the original (`Layout.html_of`).
    """
    if output.private:
        return replace(record, excerpt_only=False, noindex=False)
    if not record.excerpt_only:
        return record
    return replace(record, html=excerpt_of(record.html), lead_image=None)


def excerpt_of(html: str) -> str:
    """Return the beginning of the text of clean HTML, as one paragraph without other markup."""
    text = escape(summary_of(html), quote=False)
    return f"<p>{text}</p>" if text else ""


def embargo_end(record: Record, output: Readers) -> datetime | None:
    """Return when the record may come into the output; None if there is no embargo.

    If both the output and the feed have an embargo, the longer one applies.
    """
    own = output.publish_after or timedelta(0)
    wait = own if output.private else max(own, record.publish_after)
    return min(record.at, _NEVER - wait) + wait if wait else None
