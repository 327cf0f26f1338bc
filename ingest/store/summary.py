"""The counts and warnings of a poll that received a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.reading.read import BrokenEntry, Reading
from ingest.values import NormalEntry, Outcome, Poll, Verdict, VerdictKind


def counted(poll: Poll, verdicts: Sequence[Verdict], reading: Reading) -> Poll:
    """Return the poll with its counts, outcome and warnings."""
    kinds = [verdict.kind for verdict in verdicts]
    new, edited = kinds.count(VerdictKind.NEW), kinds.count(VerdictKind.EDITED)
    return replace(
        poll,
        outcome=Outcome.NEWS if new or edited else Outcome.NO_NEWS,
        new=new,
        edited=edited,
        unchanged=kinds.count(VerdictKind.UNCHANGED) + len(reading.beside),
        encoding_used=reading.feed.encoding_used,
        encoding_declared=reading.feed.encoding_declared,
        replacement_count=reading.feed.replacement_count,
        warnings=(
            *reading.feed.warnings,
            *_unread(reading.broken),
            *_lacking_full_text(reading.entries),
        ),
    )


def _unread(broken: Sequence[BrokenEntry]) -> Iterator[str]:
    """Yield a warning if entries could not be read, with the reason of the first."""
    if broken:
        some = "1 entry is" if len(broken) == 1 else f"{len(broken)} entries are"
        first = broken[0]
        yield f"{some} kept unread: {first.name}: {first.fault}"


def _lacking_full_text(entries: Sequence[NormalEntry]) -> Iterator[str]:
    """Yield a warning if pages could not be fetched or read, with the reason of the first."""
    lacking = [entry for entry in entries if entry.full_text_error]
    if lacking:
        some = "1 entry is" if len(lacking) == 1 else f"{len(lacking)} entries are"
        yield f"{some} kept without full text: {lacking[0].link}: {lacking[0].full_text_error}"
