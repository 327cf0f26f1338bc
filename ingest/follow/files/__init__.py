"""The folder of records: written where it lacks one, compared with the store, deleted from.

    archive       what is due, or all of it, batch after batch           ← open this first
    batch         some records: rendered, given a path, moved into place
    folder        the files themselves, and what can be wrong with their disk
    differences   files that are not as the store has them

The folder is a rendering of the store: it can always be made again, and a stop at any moment
heals at the next pass, because a path is written down before its file is made and a record stays
due until its file is there.
"""

from ingest.follow.files.archive import Archive
from ingest.follow.files.differences import Difference

__all__ = ["Archive", "Difference"]
