"""How to cite an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.messages import _
from ingest.urls import without_secrets
from ingest.views.text import local


def citation_of(facts: Mapping[str, Any]) -> str:
    """Return a citation of an entry: authors, title, feed, date, link, and when it was first seen.

    `facts` is what `store.listings.show` returns; facts that are missing are left out.
    """
    authors = "、".join(author["name"] for author in facts["authors"]) or facts["feed_author"]
    link = facts["link"] and without_secrets(facts["link"])
    published = local(facts["published_at"])
    parts = (authors, f"《{facts['title']}》", facts["feed_title"], published, link)
    seen = _("archived by Guidang on {time}", time=local(facts["first_seen_at"]))
    return ", ".join([*filter(None, parts), seen])
