"""Erase what was taken down: the files and pictures of entries, and then their rows."""

from __future__ import annotations

import contextlib
from datetime import datetime

from ingest.config import Config
from ingest.database import Database
from ingest.database.alone import turn_at
from ingest.follow.files import outputs_of
from ingest.follow.images.folder import ImageFolder
from ingest.reading.images.kinds import file_name
from ingest.store import erase as store
from ingest.store.images.listing import files_only_of


def erase(
    config: Config, database: Database, target: store.Target, reason: str, *, now: datetime
) -> int:
    """Erase the files and the rows of entries; return how many entries there were.

    The files are deleted first, so that no file is left over if the process is killed. The locks
    keep the service from writing files meanwhile. Afterwards, the followers delete their output.
    """
    outputs = outputs_of(config, database)
    with contextlib.ExitStack() as turns:
        for output in outputs:
            turns.enter_context(turn_at(database, f"follow-{output.name}"))
        entry_ids = database.query(store.entries_of, target)
        for entry_id in entry_ids:
            for output in outputs:
                output.delete_entry(entry_id)
        pictures = database.query(files_only_of, entry_ids)
        names = [file_name(file.digest, file.media_type) for file in pictures]
        for output in outputs:
            output.pictures.delete(names)
        ImageFolder(config.images.path).delete(names)
        count = database.transact(store.take_down, target, reason, now=now)
    database.truncate_log()
    return count
