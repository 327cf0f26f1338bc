"""The options of `guidang feeds`, and the settings that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.config import FeedSettings

FeedName = Annotated[str, typer.Argument(metavar="FEED", help="Its number, address or title.")]
FeedNames = Annotated[
    list[str], typer.Argument(metavar="FEED...", help="Their numbers, addresses or titles.")
]
Title = Annotated[str | None, typer.Option(help="The name to use instead of its own.")]
Author = Annotated[str | None, typer.Option(help="The author of entries that name none.")]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help="A category of its records; repeat it for a path."),
]
Timezone = Annotated[str | None, typer.Option(help="The zone of dates that name none.")]
Interval = Annotated[str | None, typer.Option(help="The time between two looks, such as 6h.")]
FollowMoves = Annotated[
    str | None, typer.Option("--follow-moves", help="Believe lasting redirects: true or false.")
]
FeedProxy = Annotated[
    str | None, typer.Option("--proxy", help="A proxy of its own, or none to ask it directly.")
]
FullText = Annotated[
    str | None, typer.Option("--full-text", help="Fetch article pages: true, false or auto.")
]


def settings_of(**given: Any) -> FeedSettings:
    """Settings from options; those that were not given are not set."""
    from pydantic import ValidationError

    from ingest.config import FeedSettings

    try:
        return FeedSettings.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        problems = [
            f"--{str(fault['loc'][0]).replace('_', '-')}: "
            + fault["msg"].removeprefix("Value error, ")
            for fault in error.errors()
        ]
        raise UsageError("; ".join(problems)) from None
