"""The elements of a plain feed, each taken as feedparser would take it, or refused as unusual."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from lxml import etree

from ingest.reading.xml import bounds
from ingest.reading.xml.fields import Fields

ATOM = "{http://www.w3.org/2005/Atom}"

_ATTRIBUTES_OF_LINK = frozenset({"href", "rel", "type", "title", "hreflang", "length"})

# feedparser takes any of these for a sign of something to be put right.
_REFERENCE = re.compile(r"&\w+;|:///")
_BEYOND_LATIN = re.compile("[^\x00-\xff]")
_NO_BLANK = re.compile(r"\S")


Element: TypeAlias = etree._Element  # noqa: SLF001 (lxml has no public name for it)
# Says of which media type the text of an element is.
TypeOf: TypeAlias = Callable[[Element, str], str]
# Takes what an element says; they are known by the element's name with its namespace.
Reader: TypeAlias = "Callable[[Holder, Element], None]"
Readers: TypeAlias = dict[str, Reader]


class UnusualError(Exception):
    """The document holds something that only feedparser knows how to read."""


class Holder:
    """What a feed or an entry holds, as far as it was read."""

    def __init__(self, language: str | None) -> None:
        self.fields: Fields = {}
        self._language = language.replace("_", "-") if language else None
        self._seen: set[str] = set()

    def read(self, element: Element, readers: Readers) -> None:
        """Take an element by its reader; what has none is unusual."""
        reader = readers.get(tag_of(element))
        if reader is None:
            raise UnusualError
        reader(self, element)

    def take_text(self, element: Element, name: str) -> None:
        """Take bare text, such as a date."""
        if element.attrib:
            raise UnusualError
        self.fields[name] = self._once(element)

    def take_generator(self, element: Element) -> None:
        """Take the name of the program; what its attributes say is in nobody's use."""
        self.fields["generator"] = self._once(element)

    def take_markup(self, element: Element, name: str, type_of: TypeOf) -> None:
        """Take a title or summary, and of which media type it is."""
        text = self._once(element)
        self.fields[name] = text
        self.fields[f"{name}_detail"] = self._detail(element, text, type_of)

    def take_entry_text(self, element: Element, role: str, type_of: TypeOf) -> None:
        """Take a text of an entry; an empty one is none."""
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
        """Take the `link` of RSS."""
        if element.attrib:
            raise UnusualError
        address = _address(self._once(element))
        self.fields["link"] = address
        self._add_link({"rel": "alternate", "type": "text/html", "href": address})

    def take_atom_link(self, element: Element) -> None:
        """Take a link by its relation (RFC 4287 section 4.2.7)."""
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
        """Take an `enclosure` of RSS as the link that it is."""
        if text_of(element):
            raise UnusualError
        link = attributes_of(element, {"url", "type", "length"})
        if "url" in link:
            link["href"] = link.pop("url")
        self._add_link(link | {"rel": "enclosure", "type": link.get("type", "").lower()})

    def _add_link(self, link: Fields) -> None:
        self.fields.setdefault("links", []).append(link)

    def take_id(self, element: Element) -> None:
        """Take a `guid` or `id`, which is a link as well unless it says otherwise."""
        given = attributes_of(element, {"isPermaLink"})
        guid = self._once(element)
        is_link = given.get("isPermaLink", "true") == "true"
        self.fields["id"] = _address(guid) if is_link else guid
        self.fields["guidislink"] = is_link and "link" not in self.fields
        if is_link:
            self.fields.setdefault("link", guid)

    def take_author(self, element: Element) -> None:
        """Take an author who is only a name; one with an address has it elsewhere in RSS."""
        name = text_of(element)
        if element.attrib or "@" in name or len(name) > bounds.MAX_LENGTH:
            raise UnusualError
        self._add_author({"name": name} if name else {})

    def take_person(self, element: Element) -> None:
        """Take an author by parts (RFC 4287 section 3.2)."""
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
        # feedparser gives the address of an author to those that follow.
        if any("email" in known for known in authors):
            raise UnusualError
        authors.append(author)

    def take_category(self, element: Element) -> None:
        """Take a `category` of RSS."""
        term = text_of(element)
        if term:
            attributes_of(element, {"domain"})
            self._add_tag({"term": term})
        elif element.attrib:
            raise UnusualError

    def take_atom_category(self, element: Element) -> None:
        """Take a `category` of Atom (RFC 4287 section 4.2.2)."""
        if text_of(element):
            raise UnusualError
        self._add_tag(attributes_of(element, {"term", "scheme", "label"}))

    def _add_tag(self, tag: Fields) -> None:
        tags = self.fields.setdefault("tags", [])
        tags.append(tag)
        if len(tags) > bounds.MAX_TAGS:
            raise UnusualError

    def take_logo(self, element: Element) -> None:
        """Take the address of the `image` of a channel."""
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
        """Note that an element was there, which must not come again."""
        tag = tag_of(element)
        if tag in self._seen:
            raise UnusualError
        self._seen.add(tag)


_OF_PERSON = {f"{ATOM}name": "name", f"{ATOM}uri": "href", f"{ATOM}email": "email"}


def tag_of(element: Element) -> str:
    """The name with its namespace in braces before it."""
    return str(element.tag)


def children_of(element: Element) -> list[Element]:
    """The elements in an element that has nothing but elements."""
    children = list(element)
    between = [element.text, *(child.tail for child in children)]
    if not children or any(text and _NO_BLANK.search(text) for text in between):
        raise UnusualError
    return children


def text_of(element: Element) -> str:
    """The text of an element that has nothing but text, without the blanks around it."""
    if len(element):
        raise UnusualError
    text = (element.text or "").strip()
    # feedparser mends text that was decoded wrongly, of which this may be a sign.
    if not text.isascii() and not _BEYOND_LATIN.search(text):
        raise UnusualError
    return text


def attributes_of(element: Element, known: set[str] | frozenset[str]) -> dict[str, str]:
    """The attributes of an element that has no others than these."""
    attributes = dict(element.attrib)
    if not known.issuperset(attributes):
        raise UnusualError
    return {str(name): str(value) for name, value in attributes.items()}


def _address(text: str) -> str:
    if _REFERENCE.search(text):
        raise UnusualError
    return text
