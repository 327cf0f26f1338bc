"""Near-duplicates: decides whether two entries tell the same story in the same words.

lines        a text in one spelling, apart from boilerplate and datelines
numerals     Chinese numerals → digits
fingerprint  what is compared of an entry: clause keys, digest, the text itself
overlap      two fingerprints → what they share, clause by clause
conflicts    numbers, codes and dates that differ at the same place of two texts
names        names that do
compare      two fingerprints → whether they are editions of one story
relation     how two editions are related
same_link    one spelling for the links of one article in several feeds
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
