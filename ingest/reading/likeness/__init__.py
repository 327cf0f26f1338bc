"""Near-duplicates: decides whether two entries tell the same story in the same words.

lines        normalises a text, and separates it from boilerplate and datelines
numerals     Chinese numerals → digits
fingerprint  the parts of an entry that are compared: clause keys, digest, the text itself
overlap      two fingerprints → the clauses that they share
conflicts    finds numbers, codes and dates that differ between two texts
names        finds names that differ between two texts
compare      two fingerprints → whether they are editions of one story
relation     says how two editions are related
same_link    the normal form of an article's link, which is the same in several feeds
"""

from ingest.reading.likeness.compare import compare
from ingest.reading.likeness.fingerprint import Fingerprint, fingerprint_of, may_be_alike
from ingest.reading.likeness.relation import Likeness, Relation
from ingest.reading.likeness.same_link import comparable_link

__all__ = [
    "Fingerprint",
    "Likeness",
    "Relation",
    "comparable_link",
    "compare",
    "fingerprint_of",
    "may_be_alike",
]
