"""Read the elements of a plain feed as feedparser does; raise `UnusualError` for unusual ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from lxml import etree

from ingest.reading.xml import bounds
from ingest.reading.xml.fields import Fields

ATOM = "{http://www.w3.org/2005/Atom}"

_ATTRIBUTES_OF_LINK = frozenset({"href", "rel", "type", "title", "hreflang", "length"})

# If an address or text has one of these, feedparser may change it.
_REFERENCE = re.compile(r"&\w+;|:///")
_BEYOND_LATIN = re.compile("[^\x00-\xff]")
_NO_BLANK = re.compile(r"\S")


Element: TypeAlias = etree._Element  # noqa: SLF001 (lxml has no public name for it)
# A function that returns the media type of an element's text.
TypeOf: TypeAlias = Callable[[Element, str], str]
# A function that stores the content of an element. `Readers` maps names of elements to readers.
Reader: TypeAlias = "Callable[[Holder, Element], None]"
Readers: TypeAlias = dict[str, Reader]


class UnusualError(Exception):
    """The document contains something that only feedparser can read."""


class Holder:
    """Collects the fields of a feed or an entry while it is read."""

    def __init__(self, language: str | None) -> None:
        self.fields: Fields = {}
        self._language = language.replace("_", "-") if language else None
        self._seen: set[str] = set()

    def read(self, element: Element, readers: Readers) -> None:
        """Read an element with its reader; raise `UnusualError` if it has no reader."""
        reader = readers.get(tag_of(element))
        if reader is None:
            raise UnusualError
        reader(self, element)

    def take_text(self, element: Element, name: str) -> None:
        """Store a plain text, such as a date, as the field `name`."""
        if element.attrib:
            raise UnusualError
        self.fields[name] = self._once(element)

    def take_generator(self, element: Element) -> None:
        """Store the name of the feed's program; its attributes are not needed."""
        self.fields["generator"] = self._once(element)

    def take_markup(self, element: Element, name: str, type_of: TypeOf) -> None:
        """Store a title or summary and its media type."""
        text = self._once(element)
        self.fields[name] = text
        self.fields[f"{name}_detail"] = self._detail(element, text, type_of)

    def take_entry_text(self, element: Element, role: str, type_of: TypeOf) -> None:
        """Store a text of an entry, unless it is empty."""
        if text := self._once(element):
            self.fields[role] = [self._detail(element, text, type_of)]

    def _detail(self, element: Element, text: str, type_of: TypeOf) -> Fields:
        return {
            "value": text,
            "type": type_of(element, text),
            "is_typed": "type" in element.attrib,
            "language": self._language,
            "base": "",
        }

    def take_link(self, element: Element) -> None:
        """Store a `link` of RSS."""
        if element.attrib:
            raise UnusualError
        address = _address(self._once(element))
        self.fields["link"] = address
        self._add_link({"rel": "alternate", "type": "text/html", "href": address})

    def take_atom_link(self, element: Element) -> None:
        """Store a link of Atom by its relation (RFC 4287 section 4.2.7)."""
        if text_of(element) or "href" not in element.attrib:
            raise UnusualError
        link = attributes_of(element, _ATTRIBUTES_OF_LINK)
        link["href"] = _address(link["href"])
        link["rel"] = link.get("rel", "alternate").lower()
        of_self = "application/atom+xml" if link["rel"] == "self" else "text/html"
        link["type"] = link.get("type", of_self).lower()
        if link["rel"] == "alternate" and link["type"] in {"text/html", "application/xhtml+xml"}:
            self.fields["link"] = link["href"]
        self._add_link(link)

    def take_enclosure(self, element: Element) -> None:
        """Store an `enclosure` of RSS as a link."""
        if text_of(element):
            raise UnusualError
        link = attributes_of(element, {"url", "type", "length"})
        if "url" in link:
            link["href"] = link.pop("url")
        self._add_link(link | {"rel": "enclosure", "type": link.get("type", "").lower()})

    def _add_link(self, link: Fields) -> None:
        self.fields.setdefault("links", []).append(link)

    def take_id(self, element: Element) -> None:
        """Store a `guid` or `id`, which is also a link if `isPermaLink` is missing or "true"."""
        given = attributes_of(element, {"isPermaLink"})
        guid = self._once(element)
        is_link = given.get("isPermaLink", "true") == "true"
        self.fields["id"] = _address(guid) if is_link else guid
        self.fields["guidislink"] = is_link and "link" not in self.fields
        if is_link:
            self.fields.setdefault("link", guid)

    def take_author(self, element: Element) -> None:
        """Store an author that is only a name; raise `UnusualError` if it has an address."""
        name = text_of(element)
        if element.attrib or "@" in name or len(name) > bounds.MAX_LENGTH:
            raise UnusualError
        self._add_author({"name": name} if name else {})

    def take_person(self, element: Element) -> None:
        """Store an author from its parts (RFC 4287 section 3.2)."""
        person: Fields = {}
        for part in children_of(element):
            name = _OF_PERSON.get(tag_of(part))
            if name is None or name in person or part.attrib:
                raise UnusualError
            person[name] = _address(text_of(part)) if name == "href" else text_of(part)
        if element.attrib or sum(map(len, person.values())) > bounds.MAX_LENGTH // 2:
            raise UnusualError
        self._add_author(person)

    def _add_author(self, author: Fields) -> None:
        authors = self.fields.setdefault("authors", [])
        # feedparser gives the address of an author to the following authors, too.
        if any("email" in known for known in authors):
            raise UnusualError
        authors.append(author)

    def take_category(self, element: Element) -> None:
        """Store a `category` of RSS."""
        term = text_of(element)
        if term:
            attributes_of(element, {"domain"})
            self._add_tag({"term": term})
        elif element.attrib:
            raise UnusualError

    def take_atom_category(self, element: Element) -> None:
        """Store a `category` of Atom (RFC 4287 section 4.2.2)."""
        if text_of(element):
            raise UnusualError
        self._add_tag(attributes_of(element, {"term", "scheme", "label"}))

    def _add_tag(self, tag: Fields) -> None:
        tags = self.fields.setdefault("tags", [])
        tags.append(tag)
        if len(tags) > bounds.MAX_TAGS:
            raise UnusualError

    def take_logo(self, element: Element) -> None:
        """Store the address of the `image` of a channel."""
        self._note(element)
        for part in children_of(element):
            if part.tag == "url" and "image" not in self.fields:
                self.fields["image"] = {"href": _address(text_of(part))}
            elif part.tag not in {"title", "link", "width", "height", "description"}:
                raise UnusualError

    def _once(self, element: Element) -> str:
        self._note(element)
        return text_of(element)

    def _note(self, element: Element) -> None:
        """Record that an element occurred; raise `UnusualError` if it occurs a second time."""
        tag = tag_of(element)
        if tag in self._seen:
            raise UnusualError
        self._seen.add(tag)


_OF_PERSON = {f"{ATOM}name": "name", f"{ATOM}uri": "href", f"{ATOM}email": "email"}


def tag_of(element: Element) -> str:
    """Return the name of an element, with its namespace in braces before it."""
    return str(element.tag)


def children_of(element: Element) -> list[Element]:
    """Return the children of an element; raise `UnusualError` if it has text, too."""
    children = list(element)
    between = [element.text, *(child.tail for child in children)]
    if not children or any(text and _NO_BLANK.search(text) for text in between):
        raise UnusualError
    return children


def text_of(element: Element) -> str:
    """Return the stripped text of an element; raise `UnusualError` if it has children."""
    if len(element):
        raise UnusualError
    text = (element.text or "").strip()
    # This may be wrongly decoded text, which feedparser repairs.
    if not text.isascii() and not _BEYOND_LATIN.search(text):
        raise UnusualError
    return text


def attributes_of(element: Element, known: set[str] | frozenset[str]) -> dict[str, str]:
    """Return the attributes of an element; raise `UnusualError` if one is not in `known`."""
    attributes = dict(element.attrib)
    if not known.issuperset(attributes):
        raise UnusualError
    return {str(name): str(value) for name, value in attributes.items()}


def _address(text: str) -> str:
    if _REFERENCE.search(text):
        raise UnusualError
    return text
