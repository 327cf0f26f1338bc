"""How to cite an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.messages import _
from ingest.urls import without_secrets
from ingest.views.text import clauses, list_of, local


def citation_of(facts: Mapping[str, Any]) -> str:
    """Return a citation of an entry: authors, title, feed, dates and address.

    `facts` is what `store.listings.show` returns; facts that are missing are left out.
    """
    authors = list_of(author["name"] for author in facts["authors"]) or facts["feed_author"]
    title = facts["title"] and _("“{title}”", title=facts["title"])
    published = local(facts["published_at"])
    seen = _("archived by Guidang on {time}", time=local(facts["first_seen_at"]))
    text = clauses(filter(None, (authors, title, facts["feed_title"], published, seen)))
    if not facts["link"]:
        return text
    # The address is last, because programs would make a comma after it a part of it.
    return _("{text}: {address}", text=text, address=without_secrets(facts["link"]))
