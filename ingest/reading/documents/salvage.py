"""Rewrites a document that makes feedparser raise, so that its texts are not lost."""

from __future__ import annotations

from lxml import etree

# Only these elements are kept. Others may make feedparser raise: elements named like its own lists
# (<authors>, <links>), and locations, ratings and licences in unexpected forms.
_STRUCTURE = {"channel", "item", "entry", "author", "image"}
_LEAVES = {
    *("title", "link", "guid", "id", "description", "summary", "content", "encoded", "subtitle"),
    *("pubdate", "published", "updated", "modified", "issued", "created", "date"),
    *("creator", "name", "email", "uri", "category", "subject", "enclosure"),
    *("language", "generator", "ttl", "lastbuilddate", "tagline"),
}


def salvage(text: str) -> bytes:
    """Return a well-formed document with only the texts, links and dates of `text`."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(text.encode(), parser)
    holders = [root]
    while holders:
        holder = holders.pop()
        for child in list(holder.iterchildren("*")):
            namespace, brace, name = str(child.tag).rpartition("}")
            local = name.rpartition(":")[2].lower()
            if local in _STRUCTURE:
                holders.append(child)
            elif local in _LEAVES:
                _make_leaf(child)
            else:
                holder.remove(child)
            # An undeclared prefix stays in the name. feedparser also joins prefix and name with
            # "_".
            child.tag = namespace + brace + name.replace(":", "_")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _make_leaf(element: etree._Element) -> None:
    """Replace the markup in an element by its escaped text."""
    if len(element):
        inner = [etree.tostring(child, encoding="unicode") for child in element]
        text = (element.text or "") + "".join(inner)
        for child in list(element):
            element.remove(child)
        element.text = text
        element.set("type", "html")
