"""Decide which RSSHub instances to ask, and in which order. All functions are pure.

An instance that fails gets no requests for a minute, then two, then four, up to an hour (a circuit
breaker). The failure of a single route says nothing about its instance.
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
    """The state of an RSSHub instance; `failures` counts failures in a row, 0 if it answers."""

    instance: str
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    last_error: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Return whether the RSSHub instance may be asked."""
        return self.paused_until is None or self.paused_until <= now


def in_order(
    instances: Sequence[Instance],
    health: Mapping[str, Health],
    now: datetime,
    *,
    being_tried: Collection[str] = (),
) -> list[Instance]:
    """Return the RSSHub instances to ask, in order.

    An instance that failed is left out until its pause is over. It is also left out while another
    request tries it again (`being_tried`). If no instance is left, all are returned, sorted by the
    end of their pauses.
    """
    usable = [
        one for one in instances if one.name not in being_tried and _of(one, health).is_open(now)
    ]
    return usable or sorted(instances, key=lambda one: _of(one, health).paused_until or now)


def _of(instance: Instance, health: Mapping[str, Health]) -> Health:
    return health.get(instance.name) or Health(instance=instance.name)


def after_failure(health: Health, error: SourceError, *, now: datetime) -> Health:
    """Return the state of an RSSHub instance after a failure of the instance itself."""
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
    """Return whether a failure is caused by the instance, not by the route.

    RSSHub answers 503 for any problem with a route: its site fails, it has no entries, or its
    answer is not ready yet. It answers 404 if there is no such route. A slow answer is the
    fault of the route's site.
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
