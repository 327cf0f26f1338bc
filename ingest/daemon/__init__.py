"""The long-running service: it polls the feeds that are due until it is stopped.

    service     start, reload, stop, and the work of every minute     ← open this first
    dispatch    which polls start, and how many at a time
    watch       progress, clock changes, and what cannot be used at present
    notify      messages to systemd

The schedule is in the database; APScheduler only ticks.
"""

from ingest.daemon.service import Daemon

__all__ = ["Daemon"]
