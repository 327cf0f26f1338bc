"""Makes the fingerprint of an entry, which is compared with others, from its title and text."""

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
_SAMPLE = 200  # The script is detected by this many characters.
_ENDS = re.compile(r"[。!?;:,、….\n]+")
# A sign between digits is kept, because 3.14 is one number, but 3:2 and 05 09 are two. The pattern
# begins with a digit, because `re` quickly skips to a digit, but slowly to a place after one.
_BETWEEN = re.compile(r"(\d)(\.|[^\w.\n]+)(?=\d)")
# A blank between Han characters separates clauses like a comma, as in many posts and headlines.
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
    """The parts of an entry that are compared.

    `keys` are signed 64-bit hashes of clauses: the first 4 and the 12 longest, distinct and
    sorted. `digest` is a hash of the whole text without boilerplate, `around` of the boilerplate.
    An entry with too few words has no keys and no text, and a digest of 0. `is_cut` is true if the
    text ends with an ellipsis or an invitation to read on, or is missing. If the text is missing,
    the title is compared instead.
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
        """Whether the entry has no text except its title."""
        return self.text == self.title


def may_be_alike(some: Collection[int], others: Collection[int]) -> bool:
    """Return whether two texts share so many keys that they should be compared.

    Texts of the same story share at least a third of the shorter one's keys in the labelled data.
    """
    least = max(min(len(some), len(others)) // 5, 1)
    return len(set(some).intersection(others)) >= least


def fingerprint_of(title: str, text: str) -> Fingerprint:
    """Return the fingerprint of an entry from its title and the lines of its visible text."""
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
    """Return the clauses of a folded text, with only their letters and digits."""
    marked = _BETWEEN.sub(_mark, _BLANK.sub("\n", text))
    pieces = (one if one.isalnum() else _without_signs(one) for one in _ENDS.split(marked))
    return [clause for clause in pieces if clause]


def _mark(sign: re.Match[str]) -> str:
    return f"{sign[1]}{_POINT if sign[2] == '.' else _GAP}"


def _without_signs(piece: str) -> str:
    return _OTHER_SIGNS.sub("", piece).replace(_POINT, ".").replace(_GAP, " ")


def weight(text: str) -> float:
    """Return the length of a text in Han characters; a Latin letter counts as a third."""
    return len(text.encode("utf-8", "replace")) / 3


def _is_talk(text: str) -> bool:
    """Whether many people post the same text: a greeting, or a post without its own words."""
    return len(text) <= _LONGEST_TALK and _TALK.match(text) is not None


def _keys(clauses: list[str]) -> tuple[int, ...]:
    long = [clause for clause in dict.fromkeys(clauses) if weight(clause) >= _SHORTEST]
    if len(long) < _FIRST:
        long = list(dict.fromkeys((*long, *_join_short(clauses))))
    longest = sorted(long[_FIRST:], key=lambda clause: (-len(clause), clause))[:_LONGEST]
    return tuple(sorted({_hash(clause) for clause in (*long[:_FIRST], *longest)}))


def _join_short(clauses: Iterable[str]) -> Iterator[str]:
    """Join short clauses, such as verses, until they are long enough, and yield the results."""
    joined = ""
    for clause in clauses:
        joined += clause
        if weight(joined) >= _SHORTEST:
            yield joined
            joined = ""


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1
