"""Look up secrets that a feed's settings name, in the environment or in systemd's credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ingest.errors import MissingSecret


def reveal(secret: str, url: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return what `env:NAME` or `credential:NAME` stand for; anything else stands for itself.

    A credential is a file of systemd's LoadCredential= (systemd.exec(5)). Raise `MissingSecret`.
    """
    kind, _, name = secret.partition(":")
    if kind == "env":
        value: str | None = environment.get(name, "").strip()
    elif kind == "credential":
        value = _credential(name, environment)
    else:
        return secret
    if not value:
        raise MissingSecret(url, secret)
    return value


def _credential(name: str, environment: Mapping[str, str]) -> str | None:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder or Path(name).name != name:
        return None
    try:
        return (Path(folder) / name).read_text(encoding="utf-8").strip()
    except OSError:
        return None  # the caller reports it
