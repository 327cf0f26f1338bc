"""Near-duplicates: decides whether two entries tell the same story in the same words.

lines        a text → its lines in one spelling, without boilerplate and datelines
numerals     Chinese numerals → digits
fingerprint  what is compared of an entry: clause keys, digest, numbers, the text itself
conflicts    numbers, codes and names that differ at the same place of two texts
compare      two fingerprints → how they are related, if they are
same_link    one spelling for the links of one article in several feeds
"""

from ingest.reading.likeness.compare import Likeness, Relation, compare
from ingest.reading.likeness.fingerprint import Fingerprint, fingerprint_of
from ingest.reading.likeness.same_link import comparable_link

__all__ = [
    "Fingerprint",
    "Likeness",
    "Relation",
    "comparable_link",
    "compare",
    "fingerprint_of",
]
