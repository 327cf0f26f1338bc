"""Show the outputs and the pictures in `guidang status`: their folders, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.cli.output import say
from ingest.messages import _, ngettext, recognized
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.status import ImageState, OutputState
    from ingest.store.due import Lag


def show_output(state: OutputState, lags: Sequence[Lag]) -> None:
    """Print the folder of an output, how many files are to be written, and its problem."""
    from ingest.store.outputs import follower_of

    output = state.config
    count = sum(lag.due for lag in lags if lag.follower == follower_of(output.name))
    due = ngettext("{count:,} file to write", "{count:,} files to write", count)
    if output.name == "archive":
        say(_("archive: {folder} ({due})", folder=output.path, due=due))
    else:
        say(_("output {name}: {folder} ({due})", name=output.name, folder=output.path, due=due))
    if state.problem:
        say(_("warning: {text}", text=recognized(state.problem)))
    if state.under_embargo:
        say(
            ngettext(
                "under an embargo: {count:,} entry has no file there yet",
                "under an embargo: {count:,} entries have no files there yet",
                state.under_embargo,
            )
        )


def show_images(state: ImageState) -> None:
    """Show how many pictures are kept, wanted and failed, if there are any."""
    counts = state.counts
    if state.problem:
        say(_("pictures: {problem}", problem=recognized(state.problem)))
    if not (counts.kept or counts.wanted or counts.failed):
        return
    say(
        _(
            "pictures: {kept:,} kept ({size}), {wanted:,} to fetch, {failed:,} failed; {path}",
            kept=counts.kept,
            size=_readable(counts.bytes),
            wanted=counts.wanted,
            failed=counts.failed,
            path=state.path,
        )
    )
    if counts.failed:
        later = local(counts.next_try_at) or _("never")
        say(
            _(
                "the next failed one is tried again at {time}; see: guidang images list --failed",
                time=later,
            )
        )
    if counts.limited:
        say(
            _(
                "a limit is reached for {count:,} pictures; raise images.max_total_size or "
                "images.max_feed_size",
                count=counts.limited,
            )
        )


def _readable(size: int) -> str:
    """Return a number of bytes with three digits, such as `12.3 MB`."""
    for unit, many in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= many:
            return f"{size / many:.3g} {unit}"
    return f"{size} B"
