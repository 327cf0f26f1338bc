"""Turn a WordPress export (WXR) into a feed of its published posts.

An export also has drafts, private posts, attachments, menu items and revisions. Its texts have no
`<p>` tags, and its posts give only the login names of their authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from ingest.reading.records.autop import paragraphs
from ingest.reading.records.shortcodes import rendered

_HEAD = 1 << 16
_IS_EXPORT = re.compile(rb"xmlns:wp\s*=\s*[\"']https?://wordpress\.org/export/")
# Characters that XML forbids, but that exports contain. A parser would lose the text before them.
_CONTROLS = bytes({*range(32)} - set(b"\t\n\r"))
_END = b"</rss>"
_TAIL = 4_000
# These elements, in this order, follow the text of an item.
_SAYS_PUBLISHED = ("status", "post_type", "post_password")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)\Z", re.IGNORECASE)
_TAXONOMIES = frozenset({"category", "post_tag", ""})
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


def is_wxr(body: bytes) -> bool:
    """Return whether a document is an export of WordPress."""
    return _IS_EXPORT.search(body[:_HEAD]) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pictures:
    """The addresses of attachments by their numbers, and the pictures attached to each post."""

    addresses: Mapping[str, str]
    attached: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A feed of the posts of an export, and the kind and title of each item that is left out.

    `damage` is a message if the export was cut off, otherwise None.
    """

    feed: bytes
    left_out: Sequence[tuple[str, str]] = ()
    damage: str | None = None


def posts_of_export(body: bytes, *, drafts: bool) -> Export:
    """Return the published posts, and if `drafts` is true, also the unpublished posts.

    A document that cannot be parsed is returned unchanged. If an export was cut off, its last item
    is included only if it contains the elements about its status.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
    try:
        text = body if b"\0" in body[:_HEAD] else body.translate(None, _CONTROLS)
        root: etree._Element | None = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        return Export(feed=body)
    if root is None:
        return Export(feed=body)
    is_cut = _END not in body[-_TAIL:].replace(b"\0", b"")
    items = list(root.iter("item"))
    last = items[-1] if items and is_cut and _ends_within_item(body) else None
    names, pictures = dict(_authors(root)), _pictures(root)
    left_out: list[tuple[str, str]] = []
    for item in items:
        kind = _why_left_out(item, drafts=drafts)
        kind = "unfinished item" if item is last and _is_open(item) else kind
        if kind is None:
            left_out += [("comment", _wp(one, "comment_author")) for one in item.iter("{*}comment")]
            _prepare(item, names, pictures)
        else:
            left_out.append((kind, (item.findtext("title") or item.findtext("link") or "").strip()))
            parent = item.getparent()
            if parent is not None:
                parent.remove(item)
    feed = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Export(feed=feed, left_out=left_out, damage=_damage(items) if is_cut else None)


def _ends_within_item(body: bytes) -> bool:
    text = body.replace(b"\0", b"")
    return text.rfind(b"<item>") > text.rfind(b"</item>")


def _is_open(item: etree._Element) -> bool:
    """Return whether an item was cut before the elements that say if it is published."""
    return any(item.find(f"{{*}}{name}") is None for name in _SAYS_PUBLISHED)


def _damage(items: Sequence[etree._Element]) -> str:
    title = (items[-1].findtext("title") or "").strip() if items else ""
    return f"the export is cut off: {len(items):,} items are in it, the last is “{title}”"


def _wp(item: etree._Element, name: str) -> str:
    return (item.findtext(f"{{*}}{name}") or "").strip()


def _authors(root: etree._Element) -> Iterator[tuple[str, str]]:
    for author in root.iter("{*}author"):
        login, name = _wp(author, "author_login"), _wp(author, "author_display_name")
        if login and name:
            yield login, name


def _pictures(root: etree._Element) -> _Pictures:
    addresses: dict[str, str] = {}
    attached: dict[str, list[str]] = {}
    for item in root.iter("item"):
        if url := _wp(item, "attachment_url"):
            number = _wp(item, "post_id")
            addresses[number] = url
            if _PICTURE.search(url):
                attached.setdefault(_wp(item, "post_parent"), []).append(number)
    return _Pictures(addresses=addresses, attached=attached)


def _why_left_out(item: etree._Element, *, drafts: bool) -> str | None:
    """Return the kind of an item that is left out; None for a post that is included."""
    kind, status = _wp(item, "post_type") or "post", _wp(item, "status") or "publish"
    if kind != "post":
        return kind
    if drafts and status not in {"trash", "auto-draft", "inherit"}:
        return None
    if status != "publish":
        return f"{status} post"
    return "post with a password" if _wp(item, "post_password") else None


def _prepare(item: etree._Element, names: dict[str, str], pictures: _Pictures) -> None:
    """Change an item in place: add paragraphs, the author's name and picture; drop comments."""
    content = item.find(_CONTENT)
    text = (content.text if content is not None else None) or ""
    attached = pictures.attached.get(_wp(item, "post_id"), ())
    html = paragraphs(rendered(text, pictures=pictures.addresses, attached=attached))
    picture = pictures.addresses.get(_thumbnail(item))
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
    """Return the number of the attachment that is the post's picture."""
    for meta in item.iterchildren("{*}postmeta"):
        if _wp(meta, "meta_key") == "_thumbnail_id":
            return _wp(meta, "meta_value")
    return ""


def _date(item: etree._Element, gmt: str) -> None:
    """Set `pubDate` to the date `gmt` if `pubDate` is invalid (drafts have the year -0001)."""
    own = item.find("pubDate")
    if own is not None and (own.text or "").strip() and "-0001" not in (own.text or ""):
        return
    if own is None:
        own = etree.SubElement(item, "pubDate")
    own.text = "" if gmt.startswith("0000") else f"{gmt.strip().replace(' ', 'T')}Z"


def _writable(text: str) -> str:
    """Return the text without characters that XML forbids."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
