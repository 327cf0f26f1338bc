"""The options of `guidang feeds`, and the settings that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.config import FeedSettings

FeedName = Annotated[
    str, typer.Argument(metavar="FEED", help="The feed's number, address or title.")
]
FeedNames = Annotated[
    list[str], typer.Argument(metavar="FEED...", help="The feeds' numbers, addresses or titles.")
]
Title = Annotated[str | None, typer.Option(help="The name to use instead of the feed's own.")]
Author = Annotated[str | None, typer.Option(help="The author of entries that name none.")]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help="A category of the feed; repeat the option for a path."),
]
Timezone = Annotated[str | None, typer.Option(help="The time zone of dates that name none.")]
Interval = Annotated[str | None, typer.Option(help="The time between two polls, such as 6h.")]
FollowMoves = Annotated[
    str | None, typer.Option("--follow-moves", help="Follow permanent redirects: true or false.")
]
FeedProxy = Annotated[
    str | None, typer.Option("--proxy", help="A proxy for this feed; none to connect directly.")
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
