"""When to poll a feed again, and why; pure.

    plan       what follows from a poll: the next one, and what is known now   ← open this first
    waits      how long to wait after an answer, after a failure, before the first poll
    habits     how often a feed has news, as far as it was seen
    hints      what publisher and feed ask for: Cache-Control, ttl, skipHours, …
    moves      whether a feed that says it has moved is asked at its new address
    trust      whether a feed is asked with its validators, and how they are spelled

`store.polls` keeps what these functions say, and knows what is due.
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
