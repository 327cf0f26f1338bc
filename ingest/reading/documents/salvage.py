"""A document that feedparser trips over is written anew, so that its texts are not lost."""

from __future__ import annotations

from lxml import etree

# What is left of a document that feedparser trips over. Elements called like its own lists
# (<authors>, <links>), places, ratings and licences of unexpected form make it raise.
_STRUCTURE = {"channel", "item", "entry", "author", "image"}
_LEAVES = {
    *("title", "link", "guid", "id", "description", "summary", "content", "encoded", "subtitle"),
    *("pubdate", "published", "updated", "modified", "issued", "created", "date"),
    *("creator", "name", "email", "uri", "category", "subject", "enclosure"),
    *("language", "generator", "ttl", "lastbuilddate", "tagline"),
}


def salvage(text: str) -> bytes:
    """Write the document anew: well-formed, and nothing in it but texts, links and dates."""
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
            # A prefix that nobody declared is left in the name; feedparser joins it by "_" too.
            child.tag = namespace + brace + name.replace(":", "_")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _make_leaf(element: etree._Element) -> None:
    """Turn markup in an element into text, as if it had been sent escaped."""
    if len(element):
        inner = [etree.tostring(child, encoding="unicode") for child in element]
        text = (element.text or "") + "".join(inner)
        for child in list(element):
            element.remove(child)
        element.text = text
        element.set("type", "html")
