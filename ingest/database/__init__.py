"""Access the database: its engine, its schema, and one transaction for each change.

    access      run queries and changes; explain errors     ← open this first
    engine      make the engine, with the settings of its sessions
    alone       locks, so that only one daemon and one backfill use a database
    schema      revisions, upgrades, and differences from the models

This package does not depend on particular tables.
"""

from ingest.database.access import Database
from ingest.database.engine import BUSY_TIMEOUT_SECONDS, StoreSlow

__all__ = ["BUSY_TIMEOUT_SECONDS", "Database", "StoreSlow"]
