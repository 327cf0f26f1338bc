"""The description of /api in OpenAPI 3.1: `openapi.yaml`, with the address of this site."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import yaml


def description(address: str) -> dict[str, Any]:
    """Return the description for a site whose /api has this address."""
    about = _description()
    info = about["info"] | {"version": version("guidang")}
    return about | {"info": info, "servers": [{"url": address}]}


@cache
def _description() -> dict[str, Any]:
    text = files("ingest.web.programs").joinpath("openapi.yaml").read_text("utf-8")
    about: dict[str, Any] = yaml.safe_load(text)
    return about
