"""Answer /healthz, /readyz and /metrics: what the service knows about itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.web.metrics import CONTENT_TYPE, Metrics

PATHS = ("/healthz", "/readyz", "/metrics")

# Returns the problems of the program by part, or an empty mapping.
Faults = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP status, the type of a body, and the body."""

    status: int
    media_type: str
    body: bytes


class Health:
    """Answers the requests; /healthz and /readyz list problems, with the status 503."""

    def __init__(self, metrics: Metrics, *, stuck: Faults, unusable: Faults) -> None:
        self._metrics = metrics
        self._faults = {"/healthz": stuck, "/readyz": unusable}

    def answer(self, path: str) -> Answer:
        """Return the answer for one of `PATHS`."""
        if path == "/metrics":
            return Answer(status=200, media_type=CONTENT_TYPE, body=self._metrics.exposition())
        return answer_with(self._faults[path]())


def answer_with(faults: Mapping[str, str]) -> Answer:
    """Return the answer that lists these problems."""
    body = {"status": "failing" if faults else "ok", **faults}
    return Answer(
        status=503 if faults else 200,
        media_type="application/json",
        body=json.dumps(body, separators=(",", ":")).encode(),
    )
