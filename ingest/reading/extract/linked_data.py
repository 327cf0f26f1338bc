"""Finds the page's own article in its JSON-LD (schema.org), which may describe other articles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from ingest.reading.extract.surroundings import page_of
from ingest.urls import absolute_link

_KINDS = ("Article", "BlogPosting", "Report", "SocialMediaPosting", "DiscussionForumPosting")
_LARGEST = 200_000  # characters of one script
_MOST_NODES = 2_000
_MOST_SCRIPTS = 50
# Scripts may be wrapped in a comment or CDATA section, which may be in a JavaScript comment.
_BEGINNING = re.compile(r"(?://|/\*)?\s{0,9}(?:<!--|<!\[CDATA\[)(?:\*/)?")
_ENDINGS = ("*/", "]]>", "-->", "//", "/*")
_COMMA_AT_END = re.compile(r",\s*(?=[}\]])")

Node = Mapping[str, Any]


def article_in_data(
    root: HtmlElement, *, base_url: str, own: Sequence[str | None], title: str
) -> dict[str, Any]:
    """Return the node of the page's own article, with referenced nodes inlined, or {}.

    `own` are the page's addresses, `title` is the page's title.
    """
    nodes = list(islice(_nodes(root), _MOST_NODES))
    articles = [node for node in nodes if _is_article(node)]
    node = _own(articles, base_url, {page_of(url) for url in own if url}, title)
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    return {name: _inline(value, by_id) for name, value in node.items()}


def _nodes(root: HtmlElement) -> Iterator[Node]:
    for script in islice(root.iter("script"), _MOST_SCRIPTS):
        waiting = [_load(script.text or "")] if "ld+json" in (script.get("type") or "") else []
        for value in waiting:
            if isinstance(value, dict):
                yield value
                waiting += listed(value.get("@graph"))[:_MOST_NODES]
                waiting += listed(value.get("mainEntity"))[:_MOST_NODES]
            elif isinstance(value, list):
                waiting += value[:_MOST_NODES]


def _load(text: str) -> Any:
    """Return the JSON value of a script, which may be wrapped in comments; None if invalid."""
    if len(text) > _LARGEST:
        return None
    text = text.lstrip()
    if opening := _BEGINNING.match(text):
        text = text[opening.end() :]
    for ending in _ENDINGS:
        text = text.rstrip().removesuffix(ending)
    for attempt in (text, _COMMA_AT_END.sub("", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _is_article(node: Node) -> bool:
    kinds = [str(kind).rpartition("/")[2].rpartition(":")[2] for kind in listed(node.get("@type"))]
    # The data for Baidu's search has a date but no type.
    return any(kind.endswith(_KINDS) for kind in kinds) or (not kinds and "pubDate" in node)


def _own(articles: Sequence[Node], base_url: str, own: set[str], title: str) -> Node:
    """Return the page's own article.

    This is the article with the page's address. Otherwise it is the only article, an article whose
    headline is in the page's title, or an article without an address.
    """
    addresses = [{page_of(url) for url in _addresses(one, base_url)} for one in articles]
    for article, known in zip(articles, addresses, strict=True):
        if known & own:
            return article
    if len(articles) == 1:
        return articles[0]
    headed = (one for one in articles if (name := name_in(one.get("headline"))) and name in title)
    nameless = (one for one, known in zip(articles, addresses, strict=True) if not known)
    return next(headed, None) or next(nameless, {})


def _addresses(article: Node, base_url: str) -> Iterator[str]:
    for name in ("url", "mainEntityOfPage", "@id"):
        for value in listed(article.get(name)):
            link = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            is_text = isinstance(link, str) and not link.startswith(("#", "_:"))
            if is_text and (address := absolute_link(link, base_url)):
                yield address


def _inline(value: Any, by_id: Mapping[str, Node]) -> Any:
    """Replace a reference to a node by the node; keep only the first value of a list."""
    if isinstance(value, list):
        return [_inline(one, by_id) if isinstance(one, dict) else one for one in value[:1]]
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
        return by_id.get(value["@id"], value)
    return value


def listed(value: object) -> list[Any]:
    """Return a value of schema.org, which may be single or a list, as a list."""
    return value if isinstance(value, list) else [value] if isinstance(value, (str, dict)) else []


def name_in(value: object) -> str | None:
    """Return the name or address in a value of schema.org: a text, an object or a list."""
    first = next(iter(listed(value)), None)
    if isinstance(first, dict):
        first = first.get("name") or first.get("url")
    return first.strip() or None if isinstance(first, str) else None
