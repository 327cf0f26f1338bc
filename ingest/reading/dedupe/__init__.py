"""Identifies entries within their feed, and decides which are new or edited.

All functions are pure; `store.entries` loads the stored entries.

noise     makes a digest of what a reader would notice in an entry
identity  makes the key of each entry of a document, and of entries without an address
likeness  decides whether an entry and a stored one are the same article
pairs     compares two versions of an entry and recognises noise
verdict   decides: new, edited or unchanged
"""

from ingest.reading.dedupe.identity import (
    identify,
    key_of_address,
    link_key_of,
    record_key,
    reused_key,
    times_of_record,
)
from ingest.reading.dedupe.likeness import (
    FROM_CAPTURE,
    FROM_READER,
    GUESSES,
    has_like_time,
    has_moved,
    is_joined,
    is_long,
)
from ingest.reading.dedupe.noise import text_digest
from ingest.reading.dedupe.pairs import is_noise
from ingest.reading.dedupe.verdict import decide, has_nothing_known, lookup_keys

__all__ = [
    "FROM_CAPTURE",
    "FROM_READER",
    "GUESSES",
    "decide",
    "has_like_time",
    "has_moved",
    "has_nothing_known",
    "identify",
    "is_joined",
    "is_long",
    "is_noise",
    "key_of_address",
    "link_key_of",
    "lookup_keys",
    "record_key",
    "reused_key",
    "text_digest",
    "times_of_record",
]
