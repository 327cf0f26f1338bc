"""Write an export in batches, so that memory does not grow; continue a stopped export."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ingest.exports.card import card
from ingest.exports.format import Format
from ingest.exports.part import Part, Progress, open_part
from ingest.store.export_pages import Choice, Place
from ingest.store.export_sightings import Sightings, sightings
from ingest.store.export_summary import Summary, summarize
from ingest.store.exports import Batch, Wanted, batches
from ingest.values.exports import About

if TYPE_CHECKING:
    from ingest.database import Database

Tell = Callable[[int, int], None]  # called with the numbers of written and of all entries
Note = Callable[[int, Any], None]  # called with the number of written entries, and the position
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "exports.guidang")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The options of an export; `asked` has the options in the form in which the user gave them.

    `batch` is the number of entries in memory at a time.
    """

    format: Format
    choice: Choice
    wanted: Wanted
    asked: Mapping[str, str]
    batch: int = 500

    def identity(self) -> dict[str, Any]:
        """Return the options that must be the same for an unfinished export to be continued."""
        return {
            "generator": generator(),
            "format": self.format.name,
            "batch": self.batch,
            "wanted": [self.wanted.revisions, self.wanted.captures, self.wanted.text],
            "asked": dict(self.asked),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The number of entries, how many of them an earlier run wrote, and the path of the card."""

    entries: int
    earlier: int = 0
    card: Path | None = None


def run(
    database: Database,
    export: Export,
    out: Path,
    tell: Tell,
    *,
    force: bool,
    has_card: bool = False,
    notes_after: int = 5_000,
) -> Outcome:
    """Write an export to a file; continue it if it was killed.

    The position is stored after every `notes_after` entries. Raise `UsageError` if the file cannot
    be written, or exists and `force` is not set.
    """
    export.format.prepare()
    with open_part(out, export.identity(), force=force) as part:
        summary = summarize(database, export.choice)
        about = _about(export, summary)
        before = part.start(force=force)
        note = _every(notes_after, part.note, before.entries if before else 0)
        count = _write(database, export, about, part.stream, tell, before, note)
        part.finish(_make(export.format, about, part, out))
    file = None
    if has_card and export.format.has_card:
        file = out.with_name(f"{out.name}.README.md")
        file.write_text(card(about, summary, out, export.format.name), encoding="utf-8")
    return Outcome(entries=count, earlier=before.entries if before else 0, card=file)


def run_to_stream(database: Database, export: Export, stream: BinaryIO, tell: Tell) -> Outcome:
    """Write an export to a stream; it cannot be continued."""
    export.format.prepare()
    about = _about(export, summarize(database, export.choice))
    if not export.format.has_finish:
        return Outcome(entries=_write(database, export, about, stream, tell))
    with tempfile.TemporaryFile() as pieces, tempfile.TemporaryFile() as made:
        count = _write(database, export, about, pieces, tell)
        pieces.seek(0)
        export.format.finish(pieces, made, about)
        made.seek(0)
        shutil.copyfileobj(made, stream)
    return Outcome(entries=count)


def _write(
    database: Database,
    export: Export,
    about: About,
    stream: BinaryIO,
    tell: Tell,
    before: Progress | None = None,
    note: Note = lambda *_: None,
) -> int:
    """Write all pieces, except those of an earlier run; return the total number of entries."""
    count = before.entries if before else 0
    if before is None:
        stream.write(export.format.head(about))
    after = Place.from_json(before.place) if before else None
    for batch in _batches(database, export, after):
        stream.write(export.format.piece(batch.entries, is_first=count == 0))
        count += len(batch.entries)
        note(count, batch.place.as_json())
        tell(count, about.entries)
    stream.write(export.format.tail(about))
    return count


def _batches(
    database: Database, export: Export, after: Place | None
) -> Iterator[Batch | Sightings]:
    """Yield batches of entries, or of documents if the format has documents."""
    if export.format.has_documents:
        return sightings(database, export.choice, size=export.batch, after=after)
    return batches(
        database,
        export.choice,
        export.wanted,
        size=export.batch,
        after=after,
        newest_first=export.format.newest_first,
    )


def _every(entries: int, note: Note, last: int) -> Note:
    """Return a function that calls `note` only once per `entries` entries.

    This saves time, because `note` waits for the disk.
    """

    def note_sometimes(count: int, place: Any) -> None:
        nonlocal last
        if count - last >= entries:
            note(count, place)
            last = count

    return note_sometimes


def _make(form: Format, about: About, part: Part, out: Path) -> Path | None:
    """Make the file from its pieces, if the format needs this, and return its path.

    Return None if the pieces are the file.
    """
    if not form.has_finish:
        return None
    made = out.with_name(f"{out.name}.part.made")
    part.stream.seek(0)
    with made.open("w+b") as stream:
        form.finish(part.stream, stream, about)
    return made


def _about(export: Export, summary: Summary) -> About:
    titles = {slug: feed.title for slug, feed in sorted(summary.feeds.items())}
    asked = tuple(f"{name} {value}".strip() for name, value in sorted(export.asked.items()))
    return About(
        id=id_of(*asked),
        title=next(iter(titles.values())) if len(titles) == 1 else "Guidang 归档",
        entries=summary.entries + (summary.revisions if export.wanted.revisions else 0),
        changed_at=summary.changed_at,
        choice=asked,
        feeds=titles,
        generator=generator(),
    )


def id_of(*asked: str) -> str:
    """Return the id of a selection of entries, for the options that select them."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, ' '.join(asked))}"


def generator() -> str:
    """Return the name and version of the program."""
    return f"Guidang {version('guidang')}"
