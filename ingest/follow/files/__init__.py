"""Write the records of outputs, compare them with the store, and delete files.

    output        render the records that are due, or all, in batches   ← open this first
    batch         give some records a path, render them, move them into place
    own_part      the parts of a file that users add or change
    folder        write, move and delete files; explain errors of the disk
    duplicates    leave out duplicates, or link them
    site_files    files of the whole site
    pictures      kept pictures, in the folder of the site
    site_names    spell categories and tags, so that each has its own page
    presence      check whether written files still exist
    renaming      move files to the paths of a new template
    differences   files that differ from the store

A folder can always be made again from the store. A path is stored before its file is made, and a
record stays due until its file exists. So if a run is stopped, the next run completes its work.
"""

from collections.abc import Sequence

from ingest.config import Config
from ingest.database import Database
from ingest.follow.files.differences import Difference
from ingest.follow.files.output import Output

__all__ = ["Difference", "Output", "outputs_of"]


def outputs_of(config: Config, database: Database) -> Sequence[Output]:
    """Return the outputs of a configuration, the archive first."""
    return [Output(output, database, config.images) for output in config.every_output]
