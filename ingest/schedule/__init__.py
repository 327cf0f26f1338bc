"""Decide when to poll a feed again, and why. All functions are pure.

    plan       plan the next poll from the result of a poll                     ← open this first
    waits      how long to wait after an answer, after a failure, before the first poll
    habits     how often a feed has new entries
    hints      how often a publisher wants polls: Cache-Control, ttl, skipHours, …
    moves      whether to poll a feed at the new address that permanent redirects give
    trust      whether to send a feed's validators, and in which form

`store.polls` stores the results of these functions, and selects the feeds that are due.
"""

from ingest.schedule.plan import Observed, Plan, Ways, after_answer, after_failure, skipped_until
from ingest.schedule.waits import first_polls, late_polls, longest_plan, phase

__all__ = [
    "Observed",
    "Plan",
    "Ways",
    "after_answer",
    "after_failure",
    "first_polls",
    "late_polls",
    "longest_plan",
    "phase",
    "skipped_until",
]
