"""An empty SQLite database with the schema, made once in each test process.

Applying all migrations takes half a second, and hundreds of tests need the schema.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from ingest.database import Database


@functools.cache
def migrated_file() -> Path:
    """Return the file; copy it, do not change it."""
    folder = Path(tempfile.mkdtemp(prefix="guidang-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'migrated.db'}")
    return folder / "migrated.db"


def migrate(url: str) -> None:
    """Apply all migrations to a database."""
    database = Database(url)
    database.upgrade()
    database.dispose()
