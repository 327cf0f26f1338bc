"""The registry of followers. A new follower needs a line here, a module, and a migration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest.config import Config
from ingest.database import Database
from ingest.errors import UsageError
from ingest.follow.files import Archive
from ingest.follow.follower import Follower
from ingest.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A short description of a follower, and the function that makes it."""

    what: str
    make: Callable[[Config, Database], Follower]


FOLLOWERS: Mapping[str, Entry] = {
    "files": Entry(
        what=message("writes the archive's files"),
        make=lambda config, database: Archive(config.archive, database),
    ),
}


def make_followers(config: Config, database: Database) -> Sequence[Follower]:
    """Make one of each follower."""
    return [entry.make(config, database) for entry in FOLLOWERS.values()]


def check_name(name: str) -> str:
    """Return the name of a follower; raise `UsageError` if there is none."""
    if name not in FOLLOWERS:
        raise UsageError(f"no follower is called {name!r}; there are: {', '.join(FOLLOWERS)}")
    return name
