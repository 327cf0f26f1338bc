"""Who may use the pages: browsers that are logged in, and programs with a token.

Secrets are stored as digests only.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.errors import UsageError
from models import WebSession, WebToken

_MOST_SESSIONS = 100  # another one ends the oldest


def begin_session(
    connection: sa.Connection, digest: bytes, *, may_manage: bool, password: bytes, now: datetime
) -> None:
    """Store a browser that has logged in, by the digests of its cookie and of the password.

    A session with the same cookie begins again.
    """
    end_session(connection, digest)
    newest = sa.select(WebSession.digest).order_by(WebSession.begun_at.desc(), WebSession.digest)
    connection.execute(
        sa.delete(WebSession).where(WebSession.digest.not_in(newest.limit(_MOST_SESSIONS - 1)))
    )
    row = {"digest": digest, "may_manage": may_manage, "password": password, "begun_at": now}
    connection.execute(sa.insert(WebSession).values(row))


def session_may_manage(
    connection: sa.Connection, digest: bytes, *, passwords: Collection[bytes], since: datetime
) -> bool | None:
    """Return whether a browser may manage the archive; None if it is not logged in.

    A session ends when its password is not one of `passwords`, or when it began before `since`.
    """
    query = sa.select(WebSession.may_manage).where(
        WebSession.digest == digest,
        WebSession.password.in_(passwords),
        WebSession.begun_at >= since,
    )
    return connection.scalar(query)


def end_session(connection: sa.Connection, digest: bytes) -> None:
    """Delete the session of a browser."""
    connection.execute(sa.delete(WebSession).where(WebSession.digest == digest))


def add_token(
    connection: sa.Connection, name: str, digest: bytes, *, may_manage: bool, now: datetime
) -> None:
    """Store the token of a program; raise `UsageError` if the name has one."""
    if connection.scalar(sa.select(WebToken.name).where(WebToken.name == name)):
        raise UsageError(f"{name} has a token; remove it with: guidang web token remove {name}")
    row = {"name": name, "digest": digest, "may_manage": may_manage, "made_at": now}
    connection.execute(sa.insert(WebToken).values(row))


def token_of(connection: sa.Connection, digest: bytes) -> tuple[str, bool] | None:
    """Return the name of a token, and whether it may manage; None if there is no such token."""
    query = sa.select(WebToken.name, WebToken.may_manage).where(WebToken.digest == digest)
    row = connection.execute(query).first()
    return None if row is None else (row.name, row.may_manage)


def tokens(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return all tokens by name, without their digests."""
    query = sa.select(WebToken.name, WebToken.may_manage, WebToken.made_at).order_by(WebToken.name)
    return [dict(row) for row in connection.execute(query).mappings()]


def remove_token(connection: sa.Connection, name: str) -> None:
    """Delete a token; raise `UsageError` if there is none with this name."""
    removed = connection.execute(sa.delete(WebToken).where(WebToken.name == name))
    if not removed.rowcount:
        raise UsageError(f"there is no token {name}; see: guidang web token list")
