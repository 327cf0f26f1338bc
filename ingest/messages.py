"""Translate the output for people to Chinese, if their language is Chinese.

Everything is written, stored and logged in English. Only the command line and the pages translate,
when they show something. `_` and `ngettext` fill a template of the catalogue, as in gettext.
`recognized` translates a finished English sentence, such as an error or a reason from the database.
The language is that of the locale, or the one that `speaking` sets for a block. The catalogues are
in `locale/`; `make messages` updates them.
"""

from __future__ import annotations

import contextlib
import gettext
import os
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

SIMPLIFIED, TRADITIONAL, ENGLISH = "zh_CN", "zh_TW", "en"
LOCALE = Path(__file__).with_name("locale")
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order of gettext
_SEPARATORS = {": ": "：", "; ": "；"}
_SEPARATOR = re.compile("|".join(_SEPARATORS))
_FIELD = re.compile(r"\{(\w+)[^{}]*\}")
_FEWEST_LETTERS = 4  # outside of a template's fields; with fewer, it would match almost any text


_chosen: ContextVar[str | None] = ContextVar("language", default=None)


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use a language in a block, in this thread or task: SIMPLIFIED, TRADITIONAL or ENGLISH."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def language_of(environment: Mapping[str, str]) -> str | None:
    """Return the catalogue's name for a Chinese locale, or None for any other language."""
    value = next((value for name in _VARIABLES if (value := environment.get(name))), "")
    for wanted in value.split(":"):
        language, *others = re.split(r"[-_.@]", wanted.lower())
        if language == "zh":
            is_traditional = "hans" not in others and {"tw", "hk", "mo", "hant"} & set(others)
            return TRADITIONAL if is_traditional else SIMPLIFIED
        if language in {"en", "c", "posix"}:
            return None
    return None


def _(template: str, /, **facts: object) -> str:
    """Return a template in the user's language, with its fields filled."""
    text = _catalogue().gettext(template)
    return text.format(**facts) if facts else text


def ngettext(one: str, many: str, count: int, /, **facts: object) -> str:
    """Return the template that fits a number, with its fields filled; `{count}` is the number."""
    return _catalogue().ngettext(one, many, count).format(count=count, **facts)


def message(text: str) -> str:
    """Return a sentence unchanged; the call marks it for the catalogue and `recognized`."""
    return text


def recognized(text: str) -> str:
    """Translate a finished English sentence, or its known parts; return unknown text unchanged."""
    catalogue = _catalogue()
    if not isinstance(catalogue, _Chinese):
        return text
    return "\n".join(map(catalogue.recognized, text.split("\n")))


def is_translated() -> bool:
    """Return whether messages are translated, because the user's language is Chinese."""
    return isinstance(_catalogue(), _Chinese)


def _catalogue() -> gettext.NullTranslations:
    return _catalogue_in(_chosen.get() or _language_of_process())


@cache
def _language_of_process() -> str:
    return language_of(os.environ) or ENGLISH


@cache
def _catalogue_in(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / "guidang.mo").open("rb") as file:
        return _Chinese(file)


class _Chinese(gettext.GNUTranslations):
    """A catalogue that also translates sentences whose template is already filled."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        catalog: dict[Any, str] = self._catalog  # type: ignore[attr-defined]
        self._known = {key: text for key, text in catalog.items() if isinstance(key, str)}
        self._templates = [text for text in self._known if _FIELD.search(text)]

    def recognized(self, text: str) -> str:
        """Translate one line: as a whole, by the best template, or in parts around a colon."""
        bare = text.strip()
        if not bare:
            return text
        found = self._whole(bare) or self._by_parts(bare)
        return text.replace(bare, found) if found else text

    def _whole(self, text: str) -> str | None:
        return self._known.get(text) or self._by_template(text)

    def _by_template(self, text: str) -> str | None:
        fitting = ((_letters(one), one, facts) for one, facts in self._fitting(text))
        best = max(fitting, key=lambda each: each[0], default=None)
        if best is None:
            return None
        _, template, facts = best
        shown = {name: self._fact(value) for name, value in facts.items()}
        return _FIELD.sub(lambda field: shown[field[1]], self._known[template])

    def _fitting(self, text: str) -> Iterator[tuple[str, dict[str, str]]]:
        for template in self._templates:
            longest = max(_FIELD.split(template)[::2], key=len)
            if longest in text and (match := _pattern(template).fullmatch(text)):
                yield template, match.groupdict()

    def _fact(self, value: str) -> str:
        """Translate the value of a field if it is a sentence; a single word is a name."""
        return self.recognized(value) if " " in value.strip() else value

    def _by_parts(self, text: str) -> str | None:
        """Translate both parts of a text around a separator; return None if neither is known."""
        cuts = [(cut, _SEPARATORS[cut[0]]) for cut in _SEPARATOR.finditer(text)]
        for cut, colon in cuts:
            if tail := self._whole(text[cut.end() :]):
                return f"{self.recognized(text[: cut.start()])}{colon}{tail}"
        for cut, colon in reversed(cuts):
            if head := self._whole(text[: cut.start()]):
                return f"{head}{colon}{self.recognized(text[cut.end() :])}"
        return None


def _letters(template: str) -> int:
    return sum(map(str.isalpha, "".join(_FIELD.split(template)[::2])))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return a pattern that matches the sentences of a template, whose field names are unique."""
    texts, names = _FIELD.split(template)[::2], _FIELD.split(template)[1::2]
    if _letters(template) < _FEWEST_LETTERS:
        return re.compile(r"(?!)")
    parts = [re.escape(texts[0])]
    for name, text in zip(names, texts[1:], strict=True):
        parts += [f"(?P<{name}>.+?)", re.escape(text)]
    return re.compile("".join(parts))
