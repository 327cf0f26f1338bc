"""The systemd units, the image and the compose files, checked without running them.

`test_systemd` and `test_docker` run them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.cli.systemd_unit import CONFIG, unit_of
from ingest.daemon.watch import Progress

ROOT = Path(__file__).parents[1]
PROGRAM = Path("/opt/guidang/bin/guidang")
UNITS: dict[str, dict[str, Any]] = {
    "guidang.service": {},
    "guidang-backfill@.service": {"backfill": True},
    "guidang-work@.service": {"role": "work"},
}


@pytest.mark.parametrize(("name", "kind"), UNITS.items())
def test_the_units_of_the_repository_equal_the_printed_ones(
    name: str, kind: dict[str, Any]
) -> None:
    written = (ROOT / "deploy/systemd" / name).read_text("utf-8")
    assert written == unit_of(PROGRAM, CONFIG, **kind)


@pytest.mark.parametrize(("name", "kind"), UNITS.items())
def test_systemd_analyze_accepts_the_units(tmp_path: Path, name: str, kind: dict[str, Any]) -> None:
    program = tmp_path / "guidang"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / name
    unit.write_text(unit_of(program, CONFIG, **kind))
    if shutil.which("systemd-analyze"):
        assert analyze("verify", "--recursive-errors=no", str(unit)) == ""
        output = analyze("security", "--no-pager", "--offline=yes", "--threshold=15", str(unit))
        exposure = output.rpartition("exposure level for ")[2].partition(": ")[2].split()[0]
        assert float(exposure) <= 1.5, output


def analyze(*arguments: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.stdout


def services(name: str = "docker-compose.yml") -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((ROOT / name).read_text("utf-8"))["services"]
    return described


def test_services_start_after_the_database_is_healthy() -> None:
    described = services()
    assert "healthcheck" in described["database"]
    for name in ("daemon", "backfill"):
        assert described[name]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_services_have_limits_and_restarts_and_no_secrets() -> None:
    described = services()
    assert described["backfill"]["profiles"] == ["backfill"]
    restarts = {name: service["restart"] for name, service in described.items()}
    assert restarts == {"daemon": "unless-stopped", "database": "unless-stopped", "backfill": "no"}
    for service in described.values():
        assert service["mem_limit"]
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or value == "${POSTGRES_PASSWORD:-}"


def test_the_daemon_is_confined_and_listens_on_loopback_only() -> None:
    daemon = services()["daemon"]
    assert (daemon["read_only"], daemon["cap_drop"]) == (True, ["ALL"])
    assert all(port.startswith("127.0.0.1:") for port in daemon["ports"])
    volumes = [one if isinstance(one, str) else one["target"] for one in daemon["volumes"]]
    assert volumes == ["/etc/guidang", "archive:/archive"]


def test_the_sqlite_file_needs_no_database_server() -> None:
    described = services("docker-compose.sqlite.yml")
    assert described["database"]["command"] == ["db", "upgrade"]
    assert all("data:/data" in service["volumes"] for service in described.values())


def test_the_processes_share_a_database_and_only_web_has_a_port() -> None:
    described = services("docker-compose.scale.yml")
    roles = {"schedule", "work", "files", "web"}
    assert set(described) == {*roles, "database"}
    for role in roles:
        assert described[role]["command"] == ["run", "--role", role]
        assert described[role]["environment"]["GUIDANG_ENGINE__KIND"] == "procrastinate"
        assert ("ports" in described[role]) == (role == "web")
        assert described[role]["healthcheck"]["disable"] == (role != "web")
    assert described["web"]["ports"] == ["127.0.0.1:${GUIDANG_PORT:-8710}:8710"]


def test_the_lock_of_several_processes_only_adds_to_that_of_one() -> None:
    one, several = (
        set(re.findall(r"(?m)^[a-z0-9-]+==\S+", (ROOT / "deploy" / name).read_text("utf-8")))
        for name in ("requirements.lock", "machines.lock")
    )
    assert one < several
    assert any(line.startswith("procrastinate==3.") for line in several - one)


def test_the_image_has_two_stages_and_no_privileges() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    last = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "ARG BASE=python:3.13-slim-trixie" in lines
    assert sum(line.startswith("FROM") for line in lines) == 2
    assert "USER guidang" in last
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert not any(word in line for line in last for word in ("apt-get", "pip", "gcc"))


class Ticks:
    """A monotonic clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_watchdog_reports_a_daemon_that_does_not_tick() -> None:
    ticks = Ticks()
    progress = Progress(ticks)
    ticks.now = 60
    progress.tick()
    ticks.now = 180
    assert progress.fault is None
    ticks.now = 181
    assert progress.fault == "no tick for 121 s"
    progress.tick()
    assert progress.fault is None


def test_the_watchdog_reports_polls_that_never_end() -> None:
    ticks = Ticks()
    progress = Progress(ticks)
    for _ in range(3):
        progress.begin_poll()
    ticks.now = 3000
    progress.tick()
    assert progress.fault == "no poll has ended for 3000 s"
    progress.end_poll()
    assert progress.fault is None
    for _ in range(2):
        progress.end_poll()
    ticks.now = 9000
    progress.tick()
    assert progress.fault is None
