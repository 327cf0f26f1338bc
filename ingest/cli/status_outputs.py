"""Show the outputs in `guidang status`: the folder of each, and why files are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.cli.output import say
from ingest.messages import _, ngettext, recognized

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.config import OutputConfig
    from ingest.store.due import Lag


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputState:
    """The state of an output; `problem` says why its folder cannot be used, or is None.

    `under_embargo` counts the entries that are not published yet.
    """

    config: OutputConfig
    problem: str | None
    under_embargo: int


def output_states(session: Session) -> list[OutputState]:
    """Return the state of each output, the archive first."""
    from ingest.follow.files import outputs_of
    from ingest.store import embargoes

    held = session.database.query(embargoes.counts)
    return [
        OutputState(
            config=output.config,
            problem=output.problem(),
            under_embargo=held.get(output.config.name, 0),
        )
        for output in outputs_of(session.config, session.database)
    ]


def places_as_json(states: Sequence[OutputState]) -> dict[str, object]:
    """Return the outputs as JSON.

    The first output is also there under the keys that old versions used.
    """
    outputs = [
        {
            "name": one.config.name,
            "layout": one.config.layout,
            "path": str(one.config.path),
            "problem": one.problem,
            "under_embargo": one.under_embargo,
        }
        for one in states
    ]
    return {
        "archive": str(states[0].config.path),
        "archive_problem": states[0].problem,
        "outputs": outputs,
    }


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
