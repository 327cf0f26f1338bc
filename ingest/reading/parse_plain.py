"""RSS 2.0 and Atom 1.0 as most publishers write them, read by libxml2 in a tenth of the time.

What comes out are the dictionaries that feedparser makes of the same text. Where anything is
unusual (another element, an element twice, markup in a title) the answer is None, and feedparser
reads: it is right by definition, and the tests hold this module against it.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Protocol, TypeAlias

from lxml import etree

from ingest.reading import bounds
from ingest.reading.fields import Fields
from ingest.reading.xml_text import Root

ATOM = "{http://www.w3.org/2005/Atom}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_ATTRIBUTES_OF_LINK = frozenset({"href", "rel", "type", "title", "hreflang", "length"})

# feedparser takes any of these for a sign of something to be put right.
_LIKE_HTML = re.compile(r"</|&")
_REFERENCE = re.compile(r"&\w+;|:///")
_WINDOWS_CHARACTER = re.compile("[\x80-\x9f]")
_BEYOND_LATIN = re.compile("[^\x00-\xff]")
_NO_BLANK = re.compile(r"\S")


class _TypeOf(Protocol):
    """Says of which media type the text of an element is."""

    def __call__(self, element: etree._Element, text: str, /) -> str: ...


class _UnusualError(Exception):
    """The document holds something that only feedparser knows how to read."""


def read(text: str, root: Root) -> Fields | None:
    """Read a feed whose root element was found, as feedparser would; None where only it can."""
    if root.rubbish or "<!DOCTYPE" in text[: root.start] or bounds.may_be_exceeded(text):
        return None
    try:
        return _feed(etree.fromstring(text[root.start :].encode(), _parser()))
    except (_UnusualError, etree.XMLSyntaxError):
        return None


def _parser() -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True
    )


def _feed(root: etree._Element) -> Fields:
    if root.tag == "rss" and dict(root.attrib) == {"version": "2.0"}:
        return _rss(root)
    if root.tag == f"{ATOM}feed" and set(root.attrib) <= {_LANG}:
        return _atom(root)
    raise _UnusualError


def _rss(root: etree._Element) -> Fields:
    channel, *more = _children(root)
    if more or channel.tag != "channel" or channel.attrib:
        raise _UnusualError
    return _read_all(channel, "item", _OF_CHANNEL, _OF_ITEM, None) | {"version": "rss20"}


def _atom(root: etree._Element) -> Fields:
    language = root.get(_LANG)
    fields = _read_all(root, f"{ATOM}entry", _OF_FEED, _OF_ENTRY, language)
    if language:
        fields["feed"]["language"] = language.replace("_", "-")
    return fields | {"version": "atom10"}


def _read_all(
    feed: etree._Element, entry: str, of_feed: _Readers, of_entry: _Readers, language: str | None
) -> Fields:
    """Read a feed and its entries, each element by its reader."""
    holder = _Holder(language)
    entries = []
    for element in _children(feed):
        if element.tag == entry:
            entries.append(_entry(element, of_entry, language))
        else:
            holder.read(element, of_feed)
    return {"feed": holder.fields, "entries": entries}


def _entry(entry: etree._Element, readers: _Readers, language: str | None) -> Fields:
    if entry.attrib:
        raise _UnusualError
    holder = _Holder(language)
    for element in _children(entry):
        holder.read(element, readers)
    return holder.fields


class _Holder:
    """What a feed or an entry holds, as far as it was read."""

    def __init__(self, language: str | None) -> None:
        self.fields: Fields = {}
        self._language = language.replace("_", "-") if language else None
        self._seen: set[str] = set()

    def read(self, element: etree._Element, readers: _Readers) -> None:
        reader = readers.get(_tag(element))
        if reader is None:
            raise _UnusualError
        reader(self, element)

    def take_text(self, element: etree._Element, name: str) -> None:
        if element.attrib:
            raise _UnusualError
        self.fields[name] = self._once(element)

    def take_generator(self, element: etree._Element) -> None:
        self.fields["generator"] = self._once(element)

    def take_markup(self, element: etree._Element, name: str, type_of: _TypeOf) -> None:
        text = self._once(element)
        self.fields[name] = text
        self.fields[f"{name}_detail"] = self._detail(text, type_of(element, text))

    def take_content(self, element: etree._Element, type_of: _TypeOf) -> None:
        text = self._once(element)
        self.fields["content"] = [self._detail(text, type_of(element, text))]
        self.fields.setdefault("summary", text)

    def _detail(self, text: str, media_type: str) -> Fields:
        return {"value": text, "type": media_type, "language": self._language, "base": ""}

    def take_link(self, element: etree._Element) -> None:
        if element.attrib:
            raise _UnusualError
        address = _address(self._once(element))
        self.fields["link"] = address
        self._add_link({"rel": "alternate", "type": "text/html", "href": address})

    def take_atom_link(self, element: etree._Element) -> None:
        if _text(element) or "href" not in element.attrib:
            raise _UnusualError
        link = _attributes(element, _ATTRIBUTES_OF_LINK)
        link["href"] = _address(link["href"])
        link["rel"] = link.get("rel", "alternate").lower()
        of_self = "application/atom+xml" if link["rel"] == "self" else "text/html"
        link["type"] = link.get("type", of_self).lower()
        if link["rel"] == "alternate" and link["type"] in {"text/html", "application/xhtml+xml"}:
            self.fields["link"] = link["href"]
        self._add_link(link)

    def take_enclosure(self, element: etree._Element) -> None:
        if _text(element):
            raise _UnusualError
        link = _attributes(element, {"url", "type", "length"})
        if "url" in link:
            link["href"] = link.pop("url")
        self._add_link(link | {"rel": "enclosure", "type": link.get("type", "").lower()})

    def _add_link(self, link: Fields) -> None:
        self.fields.setdefault("links", []).append(link)

    def take_id(self, element: etree._Element) -> None:
        given = _attributes(element, {"isPermaLink"})
        guid = self._once(element)
        is_link = given.get("isPermaLink", "true") == "true"
        self.fields["id"] = _address(guid) if is_link else guid
        self.fields["guidislink"] = is_link and "link" not in self.fields
        if is_link:
            self.fields.setdefault("link", guid)

    def take_author(self, element: etree._Element) -> None:
        name = _text(element)
        if element.attrib or "@" in name or len(name) > bounds.MAX_LENGTH:
            raise _UnusualError
        self._add_author({"name": name} if name else {})

    def take_person(self, element: etree._Element) -> None:
        person: Fields = {}
        for part in _children(element):
            name = _OF_PERSON.get(_tag(part))
            if name is None or name in person or part.attrib:
                raise _UnusualError
            person[name] = _address(_text(part)) if name == "href" else _text(part)
        if element.attrib or sum(map(len, person.values())) > bounds.MAX_LENGTH // 2:
            raise _UnusualError
        self._add_author(person)

    def _add_author(self, author: Fields) -> None:
        authors = self.fields.setdefault("authors", [])
        # feedparser gives the address of an author to those that follow.
        if any("email" in known for known in authors):
            raise _UnusualError
        authors.append(author)

    def take_category(self, element: etree._Element) -> None:
        term = _text(element)
        if term:
            _attributes(element, {"domain"})
            self._add_tag({"term": term})
        elif element.attrib:
            raise _UnusualError

    def take_atom_category(self, element: etree._Element) -> None:
        if _text(element):
            raise _UnusualError
        self._add_tag(_attributes(element, {"term", "scheme", "label"}))

    def _add_tag(self, tag: Fields) -> None:
        tags = self.fields.setdefault("tags", [])
        tags.append(tag)
        if len(tags) > bounds.MAX_TAGS:
            raise _UnusualError

    def take_logo(self, element: etree._Element) -> None:
        self._note(element)
        for part in _children(element):
            if part.tag == "url" and "image" not in self.fields:
                self.fields["image"] = {"href": _address(_text(part))}
            elif part.tag not in {"title", "link", "width", "height", "description"}:
                raise _UnusualError

    def _once(self, element: etree._Element) -> str:
        self._note(element)
        return _text(element)

    def _note(self, element: etree._Element) -> None:
        """Note that an element was there, which must not come again."""
        tag = _tag(element)
        if tag in self._seen:
            raise _UnusualError
        self._seen.add(tag)


_OF_PERSON = {f"{ATOM}name": "name", f"{ATOM}uri": "href", f"{ATOM}email": "email"}


def _tag(element: etree._Element) -> str:
    """The name with its namespace in braces before it."""
    return str(element.tag)


def _children(element: etree._Element) -> list[etree._Element]:
    """The elements in an element that has nothing but elements."""
    children = list(element)
    between = [element.text, *(child.tail for child in children)]
    if not children or any(text and _NO_BLANK.search(text) for text in between):
        raise _UnusualError
    return children


def _text(element: etree._Element) -> str:
    """The text of an element that has nothing but text, without the blanks around it."""
    if len(element):
        raise _UnusualError
    text = (element.text or "").strip()
    # feedparser mends text that was decoded wrongly, of which these may be signs.
    is_odd = not text.isascii() and (
        _WINDOWS_CHARACTER.search(text) or not _BEYOND_LATIN.search(text)
    )
    if is_odd:
        raise _UnusualError
    return text


def _attributes(element: etree._Element, known: set[str] | frozenset[str]) -> dict[str, str]:
    attributes = dict(element.attrib)
    if not known.issuperset(attributes):
        raise _UnusualError
    return {str(name): str(value) for name, value in attributes.items()}


def _address(text: str) -> str:
    if _REFERENCE.search(text):
        raise _UnusualError
    return text


def _html(element: etree._Element, _text: str) -> str:
    if element.attrib:
        raise _UnusualError
    return "text/html"


def _guessed_type(element: etree._Element, text: str) -> str:
    """RSS does not say whether a title is HTML; what shows no sign of it is none."""
    if element.attrib or _LIKE_HTML.search(text):
        raise _UnusualError
    return "text/plain"


def _said_type(element: etree._Element, _text: str) -> str:
    """Atom says it (RFC 4287 section 3.1.1)."""
    said = _attributes(element, {"type"}).get("type", "text").lower()
    if said not in {"text", "html", "text/plain", "text/html"}:
        raise _UnusualError
    return said if said.startswith("text/") else {"text": "text/plain", "html": "text/html"}[said]


class _Reader(Protocol):
    """Takes what an element says."""

    def __call__(self, holder: _Holder, element: etree._Element, /) -> None: ...


_Readers: TypeAlias = dict[str, _Reader]


def _text_as(name: str) -> _Reader:
    return partial(_Holder.take_text, name=name)


def _markup_as(name: str, type_of: _TypeOf) -> _Reader:
    return partial(_Holder.take_markup, name=name, type_of=type_of)


def _skip(_holder: _Holder, _element: etree._Element) -> None:
    """Pass over what is read elsewhere, or by nobody."""


_OF_CHANNEL: _Readers = {
    "title": _markup_as("title", _guessed_type),
    "link": _Holder.take_link,
    f"{ATOM}link": _Holder.take_atom_link,
    "description": _markup_as("subtitle", _html),
    "image": _Holder.take_logo,
    "language": _text_as("language"),
    "generator": _text_as("generator"),
    "pubDate": _text_as("published"),
    "lastBuildDate": _text_as("updated"),
    "ttl": _text_as("ttl"),
    f"{_SYNDICATION}updatePeriod": _text_as("sy_updateperiod"),
    f"{_SYNDICATION}updateFrequency": _text_as("sy_updatefrequency"),
    **dict.fromkeys(["skipHours", "skipDays", "category", "copyright", "docs", "webMaster"], _skip),
}
_OF_ITEM: _Readers = {
    "title": _markup_as("title", _guessed_type),
    "link": _Holder.take_link,
    "guid": _Holder.take_id,
    "description": _markup_as("summary", _html),
    "{http://purl.org/rss/1.0/modules/content/}encoded": partial(
        _Holder.take_content, type_of=_html
    ),
    "pubDate": _text_as("published"),
    "author": _Holder.take_author,
    "{http://purl.org/dc/elements/1.1/}creator": _Holder.take_author,
    "category": _Holder.take_category,
    "enclosure": _Holder.take_enclosure,
    "comments": _skip,
    "{http://purl.org/rss/1.0/modules/slash/}comments": _skip,
    "{http://wellformedweb.org/CommentAPI/}commentRss": _skip,
}
_OF_BOTH: _Readers = {
    f"{ATOM}title": _markup_as("title", _said_type),
    f"{ATOM}link": _Holder.take_atom_link,
    f"{ATOM}id": _Holder.take_id,
    f"{ATOM}published": _text_as("published"),
    f"{ATOM}updated": _text_as("updated"),
    f"{ATOM}author": _Holder.take_person,
    f"{ATOM}rights": _skip,
}
_OF_FEED: _Readers = {
    **_OF_BOTH,
    f"{ATOM}subtitle": _markup_as("subtitle", _said_type),
    f"{ATOM}generator": _Holder.take_generator,
    f"{ATOM}icon": _text_as("icon"),
    f"{ATOM}logo": _text_as("logo"),
}
_OF_ENTRY: _Readers = {
    **_OF_BOTH,
    f"{ATOM}summary": _markup_as("summary", _said_type),
    f"{ATOM}content": partial(_Holder.take_content, type_of=_said_type),
    f"{ATOM}category": _Holder.take_atom_category,
}
