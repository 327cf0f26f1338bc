"""A WordPress export (WXR) as a feed of the posts that were published.

An export has everything: drafts, private posts, attachments, menu items, revisions. Its texts are
as they were written, without paragraphs, and its authors are named by their logins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.reading.records.autop import paragraphs

_HEAD = 1 << 16
_IS_EXPORT = re.compile(rb"xmlns:wp\s*=\s*[\"']https?://wordpress\.org/export/")
# What XML cannot hold, and exports have all the same: a parser would lose the text before it.
_CONTROLS = bytes({*range(32)} - set(b"\t\n\r"))
_TAXONOMIES = frozenset({"category", "post_tag", ""})
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


def is_wxr(body: bytes) -> bool:
    """Whether a document is an export of WordPress."""
    return _IS_EXPORT.search(body[:_HEAD]) is not None


def posts_of_export(body: bytes, *, drafts: bool) -> tuple[bytes, list[tuple[str, str]]]:
    """Return a feed of the posts, and the kind and title of all that is left out.

    With `drafts`, posts that were not published are wanted as well. A document that cannot be
    read comes back as it is.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
    try:
        text = body if b"\0" in body[:_HEAD] else body.translate(None, _CONTROLS)
        root: etree._Element | None = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        return body, []
    if root is None:
        return body, []
    names = dict(_authors(root))
    pictures = dict(_attachments(root))
    left_out: list[tuple[str, str]] = []
    for item in list(root.iter("item")):
        kind = _why_left_out(item, drafts=drafts)
        if kind is None:
            left_out += [("comment", _wp(one, "comment_author")) for one in item.iter("{*}comment")]
            _prepare(item, names, pictures)
        else:
            left_out.append((kind, (item.findtext("title") or item.findtext("link") or "").strip()))
            parent = item.getparent()
            if parent is not None:
                parent.remove(item)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True), left_out


def _wp(item: etree._Element, name: str) -> str:
    return (item.findtext(f"{{*}}{name}") or "").strip()


def _authors(root: etree._Element) -> Iterator[tuple[str, str]]:
    for author in root.iter("{*}author"):
        login, name = _wp(author, "author_login"), _wp(author, "author_display_name")
        if login and name:
            yield login, name


def _attachments(root: etree._Element) -> Iterator[tuple[str, str]]:
    for item in root.iter("item"):
        if url := _wp(item, "attachment_url"):
            yield _wp(item, "post_id"), url


def _why_left_out(item: etree._Element, *, drafts: bool) -> str | None:
    """The kind of what is no published post; None for one that is wanted."""
    kind, status = _wp(item, "post_type") or "post", _wp(item, "status") or "publish"
    if kind != "post":
        return kind
    if drafts and status not in {"trash", "auto-draft", "inherit"}:
        return None
    if status != "publish":
        return f"{status} post"
    return "post with a password" if _wp(item, "post_password") else None


def _prepare(item: etree._Element, names: dict[str, str], pictures: dict[str, str]) -> None:
    """Give a post its paragraphs, its author's name and its picture, and drop its comments."""
    content = item.find(_CONTENT)
    html = paragraphs(content.text or "") if content is not None else ""
    picture = pictures.get(_thumbnail(item))
    for child in list(item):
        name = etree.QName(child)
        is_wp = (name.namespace or "").startswith(("http://wordpress.org", "https://wordpress.org"))
        is_format = name.localname == "category" and child.get("domain", "") not in _TAXONOMIES
        if child.tag == _CREATOR:
            child.text = names.get((child.text or "").strip(), child.text)
        elif is_wp and name.localname == "post_date_gmt":
            _date(item, child.text or "")
            item.remove(child)
        elif is_wp or is_format:
            item.remove(child)
    if content is not None:
        content.text = _writable(html)
    if picture:
        etree.SubElement(item, "{http://search.yahoo.com/mrss/}thumbnail", url=picture)


def _thumbnail(item: etree._Element) -> str:
    """The number of the attachment that is the post's picture."""
    for meta in item.iterchildren("{*}postmeta"):
        if _wp(meta, "meta_key") == "_thumbnail_id":
            return _wp(meta, "meta_value")
    return ""


def _date(item: etree._Element, gmt: str) -> None:
    """Take the date in GMT where the post's own is none (a draft has the year -0001)."""
    own = item.find("pubDate")
    if own is not None and (own.text or "").strip() and "-0001" not in (own.text or ""):
        return
    if own is None:
        own = etree.SubElement(item, "pubDate")
    own.text = "" if gmt.startswith("0000") else f"{gmt.strip().replace(' ', 'T')}Z"


def _writable(text: str) -> str:
    """The text without what XML cannot hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
