"""The long-running service: it polls the feeds that are due until it is stopped.

    service     start, reload and stop the service; do the housekeeping     ← open this first
    dispatch    start the polls that are due, a few at a time
    watch       detect a stuck service and clock changes; record parts that cannot be used
    parts       the state of the database and of each follower
    publishing  make git commits, and run the user's command
    sums        sum up the polls of each hour
    notify      send messages to systemd

The schedule of polls is in the database. APScheduler only calls `dispatch` at regular times.
"""

from ingest.daemon.service import Daemon

__all__ = ["Daemon"]
