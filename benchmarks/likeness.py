"""Compare our rule for near-duplicates with the methods of common libraries, in one run.

    python -m benchmarks.likeness [--entries 1000] [--repeat 3]

Precision and recall are measured with the labelled pairs of the tests. Each method gets the entries
of all pairs, and then finds the entries that are like each entry. A pair is found if the result for
one entry has the other. Only pairs have labels, so other results do not count.

Time and size are measured with generated entries of about 800 characters; every tenth is a reprint.
The time is that of adding an entry and finding the entries like it. The size is that of the pickled
index.
"""

from __future__ import annotations

import argparse
import logging
import pickle
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, NamedTuple, Protocol

from datasketch import MinHash, MinHashLSH
from simhash import Simhash, SimhashIndex

from benchmarks.search import Words
from ingest.reading.likeness import Fingerprint, compare, fingerprint_of
from tests.likeness_pairs import Pair, own_pairs, shared_pairs
from tests.story_edits import Story, with_foot

PERMUTATIONS = 128
GRAM = 5
_QUIET = logging.getLogger("simhash")
_QUIET.setLevel(logging.ERROR)  # simhash logs each large bucket at each query


class Way(Protocol):
    """A method to find near-duplicates: it stores entries, and finds those like one of them."""

    def add(self, number: int, story: Story) -> None: ...

    def like(self, number: int) -> Iterable[int]: ...

    def kept(self) -> Any: ...


class Guidang:
    """The rule of this project: clause keys, then a comparison of the texts."""

    def __init__(self) -> None:
        self._prints: list[Fingerprint] = []
        self._holders: dict[int, list[int]] = defaultdict(list)

    def add(self, number: int, story: Story) -> None:
        fingerprint = fingerprint_of(*story)
        self._prints.append(fingerprint)
        for key in fingerprint.keys:
            self._holders[key].append(number)

    def like(self, number: int) -> Iterable[int]:
        one = self._prints[number]
        others = {other for key in one.keys for other in self._holders[key]} - {number}
        return [other for other in others if compare(one, self._prints[other])]

    def kept(self) -> Any:
        return dict(self._holders)


class MinHashes:
    """MinHash with locality-sensitive hashing of 5-grams (datasketch)."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        self._hashes: list[MinHash] = []

    def add(self, number: int, story: Story) -> None:
        hashes = MinHash(num_perm=PERMUTATIONS)
        hashes.update_batch([gram.encode("utf-8", "replace") for gram in grams(story)])
        self._hashes.append(hashes)
        self._index.insert(number, hashes)

    def like(self, number: int) -> Iterable[int]:
        one = self._hashes[number]
        found = (other for other in self._index.query(one) if other != number)
        return [o for o in found if one.jaccard(self._hashes[o]) >= self._threshold]

    def kept(self) -> Any:
        return self._index, [one.hashvalues for one in self._hashes]


class SimHashes:
    """64-bit SimHash of 5-grams, with an index that finds hashes with few other bits (simhash)."""

    def __init__(self, bits: int) -> None:
        self._index = SimhashIndex([], k=bits, log=_QUIET)
        self._hashes: list[Simhash] = []

    def add(self, number: int, story: Story) -> None:
        one = Simhash(grams(story))
        self._hashes.append(one)
        self._index.add(str(number), one)

    def like(self, number: int) -> Iterable[int]:
        return map(int, self._index.get_near_dups(self._hashes[number]))

    def kept(self) -> Any:
        return self._index.bucket, [one.value for one in self._hashes]


def grams(story: Story) -> list[str]:
    """Return the 5-grams of an entry's text after NFKC, without white space."""
    text = "".join(unicodedata.normalize("NFKC", story.text).split()).lower()
    return [text[i : i + GRAM] for i in range(max(len(text) - GRAM + 1, 1))]


WAYS: dict[str, Callable[[], Way]] = {
    "Guidang": Guidang,
    "MinHash LSH, J >= 0.8": lambda: MinHashes(0.8),
    "MinHash LSH, J >= 0.5": lambda: MinHashes(0.5),
    "SimHash, 3 bits": lambda: SimHashes(3),
    "SimHash, 10 bits": lambda: SimHashes(10),
}


class Quality(NamedTuple):
    """The precision and the recall of the pairs that a method finds."""

    precision: float
    recall: float


class Cost(NamedTuple):
    """The milliseconds of CPU and the bytes that one entry costs."""

    milliseconds: float
    size: float


def quality(way: Way, pairs: list[Pair]) -> Quality:
    for number, story in enumerate(story for pair in pairs for story in (pair.one, pair.other)):
        way.add(number, story)
    found = [2 * n + 1 in set(way.like(2 * n)) for n in range(len(pairs))]
    right = sum(pair.is_same for pair, verdict in zip(pairs, found, strict=True) if verdict)
    return Quality(right / max(sum(found), 1), right / sum(pair.is_same for pair in pairs))


def cost(make: Callable[[], Way], entries: list[Story], repeat: int) -> Cost:
    """Return the cost of a method, measured in the quickest of `repeat` runs."""
    times = []
    for _ in range(repeat):
        way, start = make(), time.process_time()
        for number, story in enumerate(entries):
            way.add(number, story)
            list(way.like(number))
        times.append(time.process_time() - start)
    size = len(pickle.dumps(way.kept()))
    return Cost(min(times) / len(entries) * 1000, size / len(entries))


def made_entries(count: int) -> list[Story]:
    words, chance = Words(1), Random(1)
    entries: list[Story] = []
    while len(entries) < count:
        text = words.text(800).replace("</p><p>", "\n")
        entries.append(Story(text[:16].replace("\n", ""), text))
        if len(entries) % 10 == 0:
            entries.append(with_foot(chance, entries[-1]))
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    pairs = [*shared_pairs(), *own_pairs(), *own_pairs("-held-back")]
    entries = made_entries(options.entries)
    print(f"{len(pairs):,} pairs, {sum(pair.is_same for pair in pairs):,} of one story")
    for name, make in WAYS.items():
        right, price = quality(make(), pairs), cost(make, entries, options.repeat)
        print(
            f"{name:22} precision {right.precision:.3f}  recall {right.recall:.3f}"
            f"  {price.milliseconds:6.2f} ms  {price.size:7,.0f} bytes"
        )


if __name__ == "__main__":
    main()
