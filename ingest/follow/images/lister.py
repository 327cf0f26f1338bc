"""The follower that lists the pictures of entries. It fetches none: `ingest.images` does that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ingest.config import ImagesConfig
from ingest.database import Database
from ingest.follow.follower import Followed
from ingest.outputs.pictures import shown_pictures
from ingest.store.due import mark_all_due_for, mark_due_for
from ingest.store.images import uses as store

IMAGES = "images"


class ImageLister:
    """Stores which pictures entries show, so that they are fetched.

    `marks_due_for` are the outputs that show kept pictures.
    """

    name = IMAGES
    at_once = 200

    def __init__(
        self, database: Database, settings: ImagesConfig, *, marks_due_for: Sequence[str] = ()
    ) -> None:
        self._database = database
        self._settings = settings
        self.marks_due_for = marks_due_for

    def begin(self, *, now: datetime) -> None:
        """Do nothing, because the tables are always ready."""

    def notice_settings(self, *, now: datetime) -> None:
        """Mark all entries as due if the settings have changed that say which pictures to keep."""
        wanted = f"{self._settings.images} {self._settings.max_width}"
        if self._database.query(store.listed_with) != wanted:
            self._database.transact(_list_all_with, wanted, now)

    def end(self, *, now: datetime) -> None:
        """Do nothing, because each batch is complete."""

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        """List the pictures of these entries, if their feeds' pictures are kept."""
        shown = {
            entry.entry_id: self._pictures_of(entry)
            for entry in self._database.query(store.pictured, entry_ids)
        }

        def keep(connection: sa.Connection) -> None:
            found = store.note_uses(connection, shown, now=now)
            for output in self.marks_due_for:
                mark_due_for(connection, output, found, now)

        return Followed(count=0, keep=keep)

    def _pictures_of(self, entry: store.Pictured) -> list[str]:
        if (entry.images or self._settings.images) != "keep":
            return []
        return shown_pictures(entry.lead_image, entry.html, widest=self._settings.max_width)


def _list_all_with(connection: sa.Connection, settings: str, now: datetime) -> None:
    store.note_settings(connection, settings)
    mark_all_due_for(connection, IMAGES, now)
