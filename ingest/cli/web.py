"""`guidang web`: who may see the pages of the service, in a browser or by a program."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from ingest.cli.output import JsonOption, print_json, print_table, say
from ingest.cli.session import open_session
from ingest.errors import UsageError
from ingest.messages import _
from ingest.views.text import local

app = typer.Typer(help="Set who may see the web pages of the service.", no_args_is_help=True)
token = typer.Typer(help="Give programs access to the pages.", no_args_is_help=True)
app.add_typer(token, name="token")

_SHORTEST, _LONGEST = 8, 1000  # characters
_LONGEST_NAME = 100

TokenName = Annotated[str, typer.Argument(metavar="NAME", help="The name of the program.")]


@app.command()
def password() -> None:
    """Ask for a password, and print the line for the configuration.

    The line has only a hash of it. If the input is no terminal, its first line is the password.
    """
    from ingest.web.access.secrets import hash_of_password

    chosen = _ask()
    if not _SHORTEST <= len(chosen) <= _LONGEST:
        raise UsageError(f"choose a password of {_SHORTEST} to {_LONGEST} characters")
    print(_("Put this line below [web] in the configuration:"), file=sys.stderr)
    print(f"password = '{hash_of_password(chosen)}'")


def _ask() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(
        typer.prompt(_("password"), hide_input=True, confirmation_prompt=_("the same again"))
    )


@token.command()
def add(
    ctx: typer.Context,
    name: TokenName,
    right: Annotated[
        Literal["read", "manage"],
        typer.Option(help="What the program may do: read, or also manage."),
    ] = "read",
) -> None:
    """Make a token, and print it once."""
    from ingest.store import visitors as store
    from ingest.web.access.secrets import digest_of, new_secret

    if not name.isprintable() or name.strip() != name or not 0 < len(name) <= _LONGEST_NAME:
        raise UsageError(f"{name!r} is not the name of a program; write one such as phone")
    secret = new_secret()
    with open_session(ctx, quiet=True) as session:
        session.database.transact(
            store.add_token,
            name,
            digest_of(secret),
            may_manage=right == "manage",
            now=session.now,
        )
    print(_("the token of {name}; it is not shown again:", name=name), file=sys.stderr)
    print(secret)


@token.command("list")
def list_tokens(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the programs that have a token."""
    from ingest.store import visitors as store

    with open_session(ctx, quiet=True) as session:
        rows = session.database.query(store.tokens)
    listed = [
        {
            "name": row["name"],
            "right": "manage" if row["may_manage"] else "read",
            "made_at": row["made_at"],
        }
        for row in rows
    ]
    if as_json:
        print_json(listed)
        return
    print_table(
        [_("name"), _("right"), _("made")],
        [(row["name"], row["right"], local(row["made_at"])) for row in listed],
        if_empty=_("no program has a token"),
    )


@token.command()
def remove(ctx: typer.Context, name: TokenName) -> None:
    """Remove a token; the program can no longer use the pages."""
    from ingest.store import visitors as store

    with open_session(ctx, quiet=True) as session:
        session.database.transact(store.remove_token, name)
    say(_("removed the token of {name}", name=name))
