"""Makes what is compared of an entry, from its title and its visible text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from ingest.reading.language import detect
from ingest.reading.likeness.lines import lines_of

_FIRST, _LONGEST, _SHORTEST = 4, 12, 8
# Sentences and clauses end here; a sign between digits or letters (3.14, 12:30) ends nothing.
_ENDS = re.compile(r"[。!?;、…\n]|,(?!\d)|[.:](?!\S)|(?<=[^\d\x00-\x7f])[:.]|:(?=[^\x00-\x7f])")
_SIGNS = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_")
_NARROW = re.compile(r"[a-z0-9]")
_OF_POSTS = re.compile(r"转发微博|分享(?:图片|视频)|网页链接|发布了头条文章|收起全文|展开全文")
_GREETING = re.compile(
    r"(?:大家|各位)?(?:早安|晚安|午安|早上好|晚上好|中午好|下午好|周末愉快|节日快乐|新年快乐)"
)
_LEAST_TITLE = 12
_LEAST_TEXT = 16

Script = Literal["Hans", "Hant"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is compared of an entry.

    `keys` are signed 64-bit hashes of clauses: the first 4 and the 12 longest, distinct and
    sorted. `digest` is one of the whole text without boilerplate, 0 if there is nothing to
    compare. `exact` is one of the text with its boilerplate.
    """

    keys: tuple[int, ...]
    digest: int
    exact: int
    title: str
    text: str
    clauses: tuple[str, ...]
    script: Script
    is_title_alone: bool

    @property
    def length(self) -> int:
        """The number of letters and digits of the text."""
        return len(self.text)


def fingerprint_of(title: str, text: str) -> Fingerprint:
    """Return the fingerprint of an entry from its title and its visible text, line by line."""
    title_clauses = clauses_of(lines_of(title))
    clauses = clauses_of(lines_of(text))
    compared = "".join(clauses)
    is_title_alone = not compared
    if is_title_alone:
        clauses = title_clauses
        compared = "".join(clauses)
    least = _LEAST_TITLE if is_title_alone else _LEAST_TEXT
    is_usable = weight(compared) >= least and not _is_small_talk(compared)
    return Fingerprint(
        keys=_keys(["".join(title_clauses), *clauses]) if is_usable else (),
        digest=_hash(compared) if is_usable else 0,
        exact=_hash("".join(_SIGNS.sub("", line) for line in (title, text))),
        title="".join(title_clauses),
        text=compared if is_usable else "",
        clauses=tuple(clauses),
        script=_script_of(text or title),
        is_title_alone=is_title_alone,
    )


def _script_of(text: str) -> Script:
    language = detect(text[:2000])
    return {"zh-Hans": "Hans", "zh-Hant": "Hant"}.get(language)  # type: ignore[return-value]


def clauses_of(lines: Iterable[str]) -> list[str]:
    """Return the clauses of folded lines: letters and digits only."""
    pieces = _ENDS.split("\n".join(lines))
    return [clause for piece in pieces if (clause := _SIGNS.sub("", piece))]


def weight(text: str) -> float:
    """Return the length of a text in Han characters; a Latin letter counts a third."""
    return len(text) - len(_NARROW.findall(text)) * 2 / 3


def _is_small_talk(text: str) -> bool:
    """Whether a text is one that many people post: a greeting, or a post without words."""
    return len(text) <= 40 and (_GREETING.match(text) or _OF_POSTS.match(text)) is not None


def _keys(clauses: list[str]) -> tuple[int, ...]:
    long = [clause for clause in dict.fromkeys(clauses) if weight(clause) >= _SHORTEST]
    longest = sorted(long[_FIRST:], key=lambda clause: (-len(clause), clause))[:_LONGEST]
    return tuple(sorted({_hash(clause) for clause in (*long[:_FIRST], *longest)}))


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1
