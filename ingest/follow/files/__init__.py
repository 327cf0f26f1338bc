"""The archive, a folder of records: write missing ones, compare it with the store, delete files.

    archive       render the records that are due, or all, in batches   ← open this first
    batch         give some records a path, render them, move them into place
    folder        the files themselves, and errors of their disk
    differences   files that differ from the store

The folder can always be made again from the store. After a stop at any moment the next run
completes the work: a path is stored before its file is made, and a record stays due until its file
exists.
"""

from ingest.follow.files.archive import Archive
from ingest.follow.files.differences import Difference

__all__ = ["Archive", "Difference"]
