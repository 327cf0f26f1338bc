"""Show the outputs in `guidang status`: the folder of each, and why files are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.cli.output import say
from ingest.messages import _, ngettext, recognized

if TYPE_CHECKING:
    from ingest.status import OutputState
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
