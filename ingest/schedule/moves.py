"""Decide when to believe that a feed has moved permanently.

A permanent redirect (301, 308) is often a mistake: a captive portal, an expired domain, an error
in a server's configuration. It is believed once it has led to the same feed for days. If the new
address fails, the old address is polled again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BELIEVED_AFTER = timedelta(days=5)
_POLLS = 3
_FAILURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The new address that a feed's permanent redirects lead to.

    `to` is the address, `since` when it was first seen, and `polls` how many polls in a row found
    the same feed there. `taken_at` is when it was believed; since then, `to` is polled.
    """

    to: str | None = None
    since: datetime | None = None
    polls: int = 0
    taken_at: datetime | None = None

    @property
    def address(self) -> str | None:
        """Return the address to request instead of the feed's own, or None."""
        return self.to if self.taken_at is not None else None


NOWHERE = Move()


def after_answer(
    move: Move, permanent_url: str | None, *, is_same_feed: bool, now: datetime
) -> Move:
    """Return the move after an answer; `permanent_url` is the target of its permanent redirects."""
    if move.taken_at is not None:
        return move
    if permanent_url is None or not is_same_feed:
        return NOWHERE
    # A time in the future was stored while the clock was wrong.
    if move.to != permanent_url or move.since is None or move.since > now:
        return Move(to=permanent_url, since=now, polls=1)
    confirmed = replace(move, polls=move.polls + 1)
    is_believed = confirmed.polls >= _POLLS and now - move.since >= BELIEVED_AFTER
    return replace(confirmed, taken_at=now) if is_believed else confirmed


def after_failure(move: Move, failures: int) -> Move:
    """Return the move after failures in a row.

    After three failures at a new address, the move is undone.
    """
    return NOWHERE if move.taken_at is not None and failures >= _FAILURES else move
