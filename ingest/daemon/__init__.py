"""The long-running service: it polls the feeds that are due until it is stopped.

    service     starts, reloads and stops, and does the housekeeping     ← open this first
    dispatch    starts the polls that are due, some at a time
    watch       progress, clock changes, and parts that cannot be used at present
    parts       the database and the followers, with their troubles
    publishing  git commits, and the user's command
    notify      messages to systemd

The schedule of polls is in the database. APScheduler only calls `dispatch` at regular times.
"""

from ingest.daemon.service import Daemon

__all__ = ["Daemon"]
