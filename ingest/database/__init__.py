"""The database: its engine, its schema, and one transaction for each change.

    access      run queries and changes; explain what goes wrong     ← open this first
    engine      make the engine, with the settings of its sessions
    alone       locks: only one daemon and one backfill for a database
    schema      revisions, upgrades, and what differs from the models

It knows no table.
"""

from ingest.database.access import Database
from ingest.database.engine import BUSY_TIMEOUT_SECONDS

__all__ = ["BUSY_TIMEOUT_SECONDS", "Database"]
