"""`guidang follow`: list the followers, such as the writer of files, and rebuild their output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, print_json, print_table, say
from ingest.cli.session import open_session
from ingest.messages import _, ngettext, recognized
from ingest.views.text import local

if TYPE_CHECKING:
    import sqlalchemy as sa


app = typer.Typer(
    help="Followers: what is made of the entries, such as files.", no_args_is_help=True
)


@app.command("list")
def list_followers(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the followers, and how much is due for each."""
    from ingest.follow.registry import followers_of
    from ingest.store.due import lags

    with open_session(ctx, quiet=True) as session:
        followers = followers_of(session.config)
        known = [lag for lag in session.database.query(lags) if lag.follower in followers]
    if as_json:
        print_json([lag.as_json() | {"what": followers[lag.follower].what} for lag in known])
        return
    print_table(
        [_("follower"), _("purpose"), _("due"), _("oldest"), _("last run"), _("last error")],
        [
            (
                lag.follower,
                recognized(followers[lag.follower].what),
                f"{lag.due:,}",
                local(lag.oldest_at),
                local(lag.ran_at),
                recognized(lag.error or ""),
            )
            for lag in known
        ],
    )


@app.command()
def rebuild(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A follower; see: guidang follow list")
    ],
    as_json: JsonOption = False,
) -> None:
    """Make every entry due again for a follower.

    The service does the work in the background; without the service, the next poll does it. For
    the files, guidang archive --rebuild does the same and waits until they are written.
    """
    from ingest.follow.registry import check_name, followers_of
    from ingest.store.due import lags, mark_all_due_for

    with open_session(ctx, quiet=True) as session:
        follower = followers_of(session.config)[check_name(name, session.config)]

        def begin(connection: sa.Connection) -> None:
            follower.clear(connection)
            mark_all_due_for(connection, name, session.now)

        session.database.transact(begin)
        lag = next(lag for lag in session.database.query(lags) if lag.follower == name)
    if as_json:
        print_json(lag.as_json())
    else:
        say(
            ngettext(
                "{count:,} entry due for {name}; the service does the work, or the next "
                "guidang poll",
                "{count:,} entries due for {name}; the service does the work, or the next "
                "guidang poll",
                lag.due,
                name=name,
            )
        )
