"""Which RSSHub instances to ask, in which order, and what a failure says about one; pure.

Each has a circuit breaker: an instance that failed is left alone for a minute, then two, then four,
up to an hour. A failure of a single route says nothing about its instance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.errors import BadStatus, ForbiddenAddress, ParseError, SourceError, Unreachable
from ingest.manners.backoff import doubled
from ingest.rsshub.routes import Instance

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of an instance; `failures` counts those in a row, 0 if it answers."""

    instance: str
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    last_error: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it may be asked."""
        return self.paused_until is None or self.paused_until <= now


def in_order(
    instances: Sequence[Instance],
    health: Mapping[str, Health],
    now: datetime,
    *,
    being_tried: Collection[str] = (),
) -> list[Instance]:
    """The instances to ask, first choice first.

    One that failed comes back when its pause is over; while another request tries it again
    (`being_tried`), it is left out. If none is left, all are returned, the shortest pause first.
    """
    usable = [
        one for one in instances if one.name not in being_tried and _of(one, health).is_open(now)
    ]
    return usable or sorted(instances, key=lambda one: _of(one, health).paused_until or now)


def _of(instance: Instance, health: Mapping[str, Health]) -> Health:
    return health.get(instance.name) or Health(instance=instance.name)


def after_failure(health: Health, error: SourceError, *, now: datetime) -> Health:
    """Return the state of an instance after a failure of its own."""
    pause = doubled(_FIRST_PAUSE, health.failures, _LONGEST_PAUSE)
    asked = error.retry_after if isinstance(error, BadStatus) else None
    return Health(
        instance=health.instance,
        failures=health.failures + 1,
        failing_since=health.failing_since or now,
        paused_until=now + max(pause, asked or pause),
        last_error=str(error)[:_LONGEST_ERROR],
    )


def is_fault_of_instance(error: SourceError) -> bool:
    """Whether a failure is the instance's, not the route's.

    RSSHub answers 503 for whatever is wrong with a route: its site fails, it found no entries,
    it is being made; and 404 if it has no such route. A route that is slow is slow by its site.
    """
    match error:
        case Unreachable():
            return not error.timed_out
        case BadStatus():
            return error.status in {401, 403, 407, 429} or (
                error.status > 500 and error.status != 503
            )
        case ForbiddenAddress():
            return True
        case ParseError():
            return True
        case _:
            return False
