"""Makes what is compared of an entry, from its title and its visible text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from ingest.reading.language import detect
from ingest.reading.likeness.lines import line_of, lines_of

_FIRST, _LONGEST, _SHORTEST = 4, 12, 8
_LEAST_TITLE, _LEAST_TEXT = 12, 16
_LONGEST_TALK = 40
_SAMPLE = 200  # characters by which the script is detected
_ENDS = re.compile(r"[。!?;:,、….\n]+")
# A sign between digits stays: 3.14 is one number, 3:2 and 05 09 are two.
_BETWEEN = re.compile(r"(?<=\d)(?:\.|[^\w.\n]+)(?=\d)")
# A blank between Han characters stands for a sign, as in many posts and headlines.
_BLANK = re.compile(r" (?=[\u4e00-\u9fff])(?<=[\u4e00-\u9fff] )")
_POINT, _GAP = "\x02", "\x01"
_OTHER_SIGNS = re.compile(rf"[^\w{_POINT}{_GAP}]+|_")
_TALK = re.compile(
    r"(?:大家|各位|朋友们)?(?:早安|晚安|午安|早上好|晚上好|中午好|下午好|周末愉快|节日快乐|新年快乐)"
    r"|转发微博|分享(?:图片|视频)|网页链接|发布了头条文章"
)
_WORK = re.compile(r"《([^《》]{1,40})》")

Script = Literal["Hans", "Hant"]
_SCRIPTS: dict[str, Script] = {"zh-Hans": "Hans", "zh-Hant": "Hant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is compared of an entry.

    `keys` are signed 64-bit hashes of clauses: the first 4 and the 12 longest, distinct and
    sorted. `digest` is one of the whole text without boilerplate, `around` one of the boilerplate.
    An entry with too few words has no keys and no text, and a digest of 0. `is_cut` if the text
    ends with an ellipsis or an invitation to read on, or is missing: then the title is compared.
    """

    keys: tuple[int, ...]
    digest: int
    around: int
    title: str
    works: frozenset[str]
    clauses: tuple[str, ...]
    text: str
    script: Script | None
    is_cut: bool

    @property
    def is_title_alone(self) -> bool:
        """Whether there is no text but that of the title."""
        return self.text == self.title


def may_be_alike(some: Collection[int], others: Collection[int]) -> bool:
    """Return whether two texts share so many keys that they are worth comparing.

    In each labelled pair of one story, the texts share a third of the keys of the shorter one.
    """
    least = max(min(len(some), len(others)) // 5, 1)
    return len(set(some).intersection(others)) >= least


def fingerprint_of(title: str, text: str) -> Fingerprint:
    """Return the fingerprint of an entry from its title and its visible text, line by line."""
    folded_title, lines = line_of(title), lines_of(text)
    title_clauses, clauses = clauses_of(folded_title), clauses_of(lines.text)
    is_title_alone = not clauses
    if is_title_alone:
        clauses = title_clauses
    compared = "".join(clauses)
    if weight(compared) < (_LEAST_TITLE if is_title_alone else _LEAST_TEXT) or _is_talk(compared):
        compared, clauses = "", []
    normal_title = "".join(title_clauses)
    return Fingerprint(
        keys=_keys([normal_title, *clauses]) if compared else (),
        digest=_hash(compared) if compared else 0,
        around=_hash("".join(clauses_of(lines.around))),
        title=normal_title,
        works=frozenset(_WORK.findall(folded_title)),
        clauses=tuple(clauses),
        text=compared,
        script=_SCRIPTS.get(detect(text[:_SAMPLE] or title)),
        is_cut=lines.is_cut or is_title_alone,
    )


def clauses_of(text: str) -> list[str]:
    """Return the clauses of a folded text: letters and digits only."""
    marked = _BETWEEN.sub(_mark, _BLANK.sub("\n", text))
    pieces = (one if one.isalnum() else _without_signs(one) for one in _ENDS.split(marked))
    return [clause for clause in pieces if clause]


def _mark(sign: re.Match[str]) -> str:
    return _POINT if sign[0] == "." else _GAP


def _without_signs(piece: str) -> str:
    return _OTHER_SIGNS.sub("", piece).replace(_POINT, ".").replace(_GAP, " ")


def weight(text: str) -> float:
    """Return the length of a text in Han characters; a Latin letter counts a third."""
    return len(text.encode("utf-8", "replace")) / 3


def _is_talk(text: str) -> bool:
    """Whether a text is one that many people post: a greeting, or a post without words."""
    return len(text) <= _LONGEST_TALK and _TALK.match(text) is not None


def _keys(clauses: list[str]) -> tuple[int, ...]:
    long = [clause for clause in dict.fromkeys(clauses) if weight(clause) >= _SHORTEST]
    if len(long) < _FIRST:
        long = list(dict.fromkeys((*long, *_join_short(clauses))))
    longest = sorted(long[_FIRST:], key=lambda clause: (-len(clause), clause))[:_LONGEST]
    return tuple(sorted({_hash(clause) for clause in (*long[:_FIRST], *longest)}))


def _join_short(clauses: Iterable[str]) -> Iterator[str]:
    """Yield short clauses joined until they are long enough: verses, lists, posts."""
    joined = ""
    for clause in clauses:
        joined += clause
        if weight(joined) >= _SHORTEST:
            yield joined
            joined = ""


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1
