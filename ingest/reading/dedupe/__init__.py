"""The identity of an entry within its feed, and what counts as an edit.

Everything here is a pure function of values; what is kept is looked up by `store.entries`.

noise     what a reader would notice, and what changes by itself
identity  the key of each entry of a document
likeness  whether an entry and a kept one are the same article
pairs     noise that only shows in two versions side by side
verdict   new, edited or unchanged
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
