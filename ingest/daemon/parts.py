"""The parts that the service needs: the database, and the followers that write outputs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

from ingest.config import Config
from ingest.daemon.watch import Trouble
from ingest.errors import ArchiveError, ArchiveFull, GuidangError, StoreError, StoreFull
from ingest.follow.registry import followers_of

_NAMES = {"files": "archive"}  # names of followers in /readyz and the metrics, if different


class Parts:
    """The state of each part. A part that cannot be used at present is tried again later."""

    def __init__(self, config: Config) -> None:
        self.database = Trouble("database")
        self.followers: Mapping[str, Trouble] = {}
        self.adopt(config)

    def adopt(self, config: Config) -> None:
        """Set the followers of a configuration as parts; known followers keep their state."""
        self.followers = {
            name: self.followers.get(name) or Trouble(_NAMES.get(name, name))
            for name in followers_of(config)
        }

    def __iter__(self) -> Iterator[Trouble]:
        yield self.database
        yield from self.followers.values()

    @property
    def reasons(self) -> dict[str, str]:
        """Return, by name, why parts cannot be used."""
        return {trouble.name: trouble.reason for trouble in self if trouble.reason}

    def note_followed(
        self, name: str, error: GuidangError | None, set_up: Callable[[str, bool], object]
    ) -> None:
        """Record how a run of a follower ended; call `set_up` with the part and its state."""
        trouble = self.followers[name]
        if isinstance(error, StoreError):
            self.database.met(error)
        elif error is not None:
            trouble.met(error)
        else:
            trouble.over()
        set_up(trouble.name, trouble.reason is None)

    @contextlib.contextmanager
    def wait_for(self, trouble: Trouble, *, is_starting: bool) -> Iterator[None]:
        """Catch errors of the `with` block and record them, so that the part is tried again.

        If `is_starting`, raise the error instead, unless a disk is full.
        """
        try:
            yield
        except (ArchiveError, StoreError) as error:
            if is_starting and not isinstance(error, ArchiveFull | StoreFull):
                raise
            (self.database if isinstance(error, StoreError) else trouble).met(error)
