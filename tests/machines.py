"""Run a service of several processes on one PostgreSQL, with one archive folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.running import Running

ENGINE = '[engine]\nkind = "procrastinate"\nstalled_after = "6s"\n'


@contextmanager
def processes(
    folder: Path,
    database_url: str,
    feeds: Sequence[str],
    roles: Sequence[str],
    *,
    settings: str = "",
    env: Mapping[str, str] | None = None,
) -> Iterator[list[Running]]:
    """Run a process for each role, which asks a site once at a time; kill them at the end."""
    settings = f'{ENGINE}[archive]\npath = "{folder / "posts"}"\n{settings}'
    env = {"GUIDANG_FETCH__PER_HOST": "1"} | dict(env or {})
    running: list[Running] = []
    for number, role in enumerate(roles):
        place = folder / f"{number}-{role}"
        place.mkdir()
        running.append(Running(place, database_url, feeds, settings, env, roles=[role]))
    try:
        for one in running:
            one.start()
        for one in running:
            one.wait_until(one.is_ready)
        yield running
    finally:
        for one in running:
            if one.process is not None and one.process.poll() is None:
                one.kill()
