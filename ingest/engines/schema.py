"""Create and upgrade procrastinate's tables, from the SQL files that are part of procrastinate.

They are not in `migrations`, because the library is optional and brings a history of its own. The
last of its files that was applied is stored, so that a newer version applies only newer files.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from ingest.database import Database
from ingest.database.schema import keep_other_upgrades_out
from ingest.store import jobs

# Jobs come and go so quickly that the planner needs fresh statistics, and deleted rows must soon be
# reused. By default, both happen only after a tenth or a fifth of a table has changed.
_TUNE = """
ALTER TABLE procrastinate_jobs SET (
    autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0,
    autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.01
);
ALTER TABLE procrastinate_events SET (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.01
);
"""


def prepare_queue(database: Database) -> None:
    """Create or upgrade the tables of the queue; any number of processes may do so at once."""
    database.transact(_prepare)


def _prepare(connection: sa.Connection) -> None:
    keep_other_upgrades_out(connection)
    from procrastinate.schema import SchemaManager

    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    applied = jobs.schema_of_queue(connection)
    if applied is None:
        _execute(connection, SchemaManager.get_schema() + _TUNE)
    else:
        for file in files:
            if file.name > applied:
                _execute(connection, file.read_text(encoding="utf-8"))
    last = files[-1].name
    if applied is None or last > applied:
        jobs.note_schema_of_queue(connection, last)


def _execute(connection: sa.Connection, script: str) -> None:
    """Run several statements, in which `%` has no special meaning."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(script)
