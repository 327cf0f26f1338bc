"""`guidang rsshub`: the instances of RSSHub, and the categories of its routes."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.output import JsonOption, print_json, print_table, say
from ingest.cli.session import Session, open_session
from ingest.messages import _, message, ngettext, recognized
from ingest.views.text import local

if TYPE_CHECKING:
    from ingest.manners.health import Health
    from ingest.rsshub.metadata import Namespace

app = typer.Typer(help="RSSHub instances and the categories of their routes.", no_args_is_help=True)


@app.command()
def sync(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|URL]",
            help="A file of RSSHub's metadata, or an instance. Default: the configured instances.",
        ),
    ] = None,
) -> None:
    """Get the categories of routes from RSSHub.

    Categories set for a feed take precedence.
    """
    from ingest.store import rsshub as store

    with open_session(ctx, quiet=True) as session:
        namespaces, origin = _namespaces(session, source)
        changed = session.database.transact(store.replace_metadata, namespaces, now=session.now)
    routes = sum(len(one.routes) for one in namespaces)
    say(
        _(
            "{namespaces}, {routes} from {origin}",
            namespaces=ngettext("{count:,} namespace", "{count:,} namespaces", len(namespaces)),
            routes=ngettext("{count:,} route", "{count:,} routes", routes),
            origin=origin,
        )
    )
    say(
        ngettext(
            "{count:,} feed has new categories", "{count:,} feeds have new categories", changed
        )
    )
    if changed:
        say(_("write their files again with: guidang archive"))


def _namespaces(session: Session, source: str | None) -> tuple[list[Namespace], str]:
    from ingest.sources.metadata import read_file

    if source is None or source.startswith(("http://", "https://")):
        return asyncio.run(_fetch(session, source))
    return read_file(Path(source)), source


async def _fetch(session: Session, url: str | None) -> tuple[list[Namespace], str]:
    from ingest.services import open_services
    from ingest.sources.metadata import fetch_namespaces

    async with open_services(session.config, session.database) as services:
        return await fetch_namespaces(services.fetcher, services.instances, url)


@app.command()
def instances(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the instances and their state.

    They are listed in the order they are tried.
    """
    from ingest.manners.health import Health
    from ingest.rsshub import instances_of
    from ingest.store import rsshub as store

    with open_session(ctx, quiet=True) as session:
        known = session.database.query(store.health)
        names = [one.name for one in instances_of(session.config.rsshub)]
    listed = [known.get(name) or Health(instance=name) for name in names]
    if as_json:
        print_json([asdict(one) | {"state": _condition(one)} for one in listed])
        return
    print_table(
        [_("instance"), _("state"), _("failures"), _("why"), _("next attempt")],
        [
            (
                one.instance,
                recognized(_condition(one)),
                one.failures,
                recognized(one.last_error or ""),
                local(one.paused_until),
            )
            for one in listed
        ],
    )


def _condition(health: Health) -> str:
    return message("failing") if health.failures else message("fine")
