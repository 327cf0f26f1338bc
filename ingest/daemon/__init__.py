"""The long-running service: it looks at what is due until it is told to stop.

    service     start, reload, stop, and what is done every minute     ← open this first
    dispatch    which looks are started, and how many at a time
    troubles    what cannot be used at present: it is waited for, and told of
    clock       whether the clock was set, or the machine slept
    progress    whether the daemon is alive and gets on
    notify      what the service manager is told

The schedule is in the store; APScheduler only ticks.
"""

from ingest.daemon.service import Daemon

__all__ = ["Daemon"]
