"""The pages /healthz, /readyz and /metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.web.metrics import CONTENT_TYPE, Metrics

# Returns the problems of the program by part, or an empty mapping.
Faults = Callable[[], Mapping[str, str]]


def make_app(metrics: Metrics, *, stuck: Faults, unusable: Faults) -> Starlette:
    """Make the application; /healthz and /readyz list problems, with the status 503."""

    def healthz(_: Request) -> Response:
        return _answer(stuck())

    def readyz(_: Request) -> Response:
        return _answer(unusable())

    def show_metrics(_: Request) -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", show_metrics),
        ]
    )


def _answer(faults: Mapping[str, str]) -> Response:
    status = "failing" if faults else "ok"
    return JSONResponse({"status": status, **faults}, status_code=503 if faults else 200)
