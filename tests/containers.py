"""Run the project's image and the services of its compose file on a real container engine.

Without an engine, the tests fail with the error message of its client. Containers reach this
machine at the address of docker0.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
IMAGE = "guidang:test"


def docker(*arguments: str, check: bool = True, stdin: str | None = None) -> str:
    """Run the engine's client; return its standard output and standard error together."""
    return run_command(["docker", *arguments], check=check, stdin=stdin)


def run_command(
    command: Sequence[str],
    *,
    check: bool = True,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0 or not check, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


@functools.cache
def build_image() -> None:
    """Build the project's image, with the host's network, so that the host's proxies work."""
    docker("build", "--quiet", "--network", "host", "--tag", IMAGE, str(ROOT))


@functools.cache
def host_address() -> str:
    """Return the address at which containers reach this machine."""
    shown = json.loads(docker("network", "inspect", "bridge"))
    address: str = shown[0]["IPAM"]["Config"][0].get("Gateway", "172.17.0.1")
    return address


def wait_until(
    condition: Callable[[], Any], describe: Callable[[], str], seconds: float = 90
) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, describe()
        time.sleep(0.5)


class Stack:
    """The services of docker-compose.yml, with a configuration in `folder`."""

    def __init__(self, folder: Path, *overrides: str) -> None:
        self.folder = folder
        self._project = "guidang-" + re.sub("[^a-z0-9]", "", folder.name.lower())
        self._files = ["docker-compose.yml", *overrides]
        for name in ("docker-compose.yml", "docker-compose.sqlite.yml"):
            shutil.copy(ROOT / name, folder)
        (folder / "config").mkdir()
        folder.chmod(0o755)
        (folder / "config/config.toml").write_text(
            '[fetch]\nallow_private = ["172.16.0.0/12"]\nhost_delay = "0s"\nidle_timeout = "5s"\n'
        )
        (folder / ".env").write_text(
            f"POSTGRES_PASSWORD=p@ss/w:rd\nGUIDANG_IMAGE={IMAGE}\nGUIDANG_PORT=0\n"
        )

    def compose(self, *arguments: str, check: bool = True) -> str:
        files = [word for name in self._files for word in ("--file", name)]
        command = [*_compose(), "--project-name", self._project, *files, *arguments]
        return run_command(command, check=check, cwd=self.folder)

    def up(self) -> None:
        self.compose("up", "--detach", "--no-build")
        self.wait_until(lambda: self.health("daemon") == "healthy")

    def container(self, service: str) -> str:
        return self.compose("ps", "--quiet", service).strip()

    def health(self, service: str) -> str:
        state = json.loads(docker("inspect", self.container(service)))[0]["State"]
        health: str = state.get("Health", {}).get("Status", state["Status"])
        return health

    def kill(self, service: str) -> None:
        docker("kill", "--signal", "KILL", self.container(service))

    def guidang(self, *arguments: str, check: bool = True) -> str:
        return docker("exec", self.container("daemon"), "guidang", *arguments, check=check)

    def titles(self, feed: str) -> list[str]:
        """Return the titles of a feed's entries, or an empty list if the command fails."""
        output = self.guidang("entries", "list", "--feed", feed, "--json", check=False)
        if not output.startswith("["):
            return []
        return sorted(entry["title"] for entry in json.loads(output))

    def log(self) -> str:
        return docker("logs", self.container("daemon"))

    def wait_until(self, condition: Callable[[], Any], seconds: float = 90) -> None:
        wait_until(condition, self._describe, seconds)

    def _describe(self) -> str:
        return self.compose("ps", check=False) + self.compose("logs", "--tail=30", check=False)


@functools.cache
def _compose() -> tuple[str, ...]:
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ("docker", "compose")
    return ("docker-compose",)


@contextmanager
def running_stack(folder: Path, *overrides: str) -> Iterator[Stack]:
    """Start the services and wait until they are healthy; remove them at the end."""
    build_image()
    stack = Stack(folder, *overrides)
    try:
        stack.up()
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout", "10", check=False)
