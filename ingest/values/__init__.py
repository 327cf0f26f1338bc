"""The values that the parts of Guidang exchange: frozen, picklable, without behaviour.

Import them from here; the modules below only group them by subject.
Every `x_at` is an aware UTC datetime; every duration is a timedelta.
"""

from __future__ import annotations

from ingest.values.changes import Changes, Counts, Earlier, of_kind
from ingest.values.documents import (
    NO_VALIDATORS,
    Decoded,
    Document,
    DocumentKind,
    Form,
    NotModified,
    Packed,
    Piece,
    Planned,
    Validators,
)
from ingest.values.entries import (
    DatePrecision,
    KnownEntry,
    NormalEntry,
    Recognised,
    ResolvedDate,
    SafeHtml,
    Verdict,
    VerdictKind,
)
from ingest.values.imports import Batch, Facts, HeldEntry, HeldFeed
from ingest.values.parsed import (
    Article,
    Author,
    Enclosure,
    ImageField,
    ImageKind,
    ParsedEntry,
    ParsedFeed,
)
from ingest.values.polls import Outcome, Poll
from ingest.values.records import Record

__all__ = [
    "NO_VALIDATORS",
    "Article",
    "Author",
    "Batch",
    "Changes",
    "Counts",
    "DatePrecision",
    "Decoded",
    "Document",
    "DocumentKind",
    "Earlier",
    "Enclosure",
    "Facts",
    "Form",
    "HeldEntry",
    "HeldFeed",
    "ImageField",
    "ImageKind",
    "KnownEntry",
    "NormalEntry",
    "NotModified",
    "Outcome",
    "Packed",
    "ParsedEntry",
    "ParsedFeed",
    "Piece",
    "Planned",
    "Poll",
    "Recognised",
    "Record",
    "ResolvedDate",
    "SafeHtml",
    "Validators",
    "Verdict",
    "VerdictKind",
    "of_kind",
]
