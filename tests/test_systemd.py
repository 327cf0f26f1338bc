"""The systemd units, tested with a real systemd that is the first process of a container."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.containers import ROOT, docker, run_command, wait_until
from tests.running import free_port
from tests.site import Site
from tests.support import item, rss

pytestmark = [pytest.mark.deploy, pytest.mark.engine, pytest.mark.timeout(900)]

IMAGE = "systemd:trixie"
# Options that systemd needs to run in a container.
POWERS = (
    "--network=host --cap-add=SYS_ADMIN --security-opt=seccomp=unconfined "
    "--security-opt=apparmor=unconfined --tmpfs=/run --tmpfs=/run/lock --tmpfs=/tmp "
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup:ro"
).split()
INSTALL = """\
set -e
python3 -m venv /opt/guidang
/opt/guidang/bin/pip install --quiet --no-deps --require-hashes -r /tmp/requirements.lock
/opt/guidang/bin/pip install --quiet --no-deps /tmp/*.whl
mkdir -p /etc/guidang
/opt/guidang/bin/guidang systemd-unit > /etc/systemd/system/guidang.service
/opt/guidang/bin/guidang systemd-unit --backfill > /etc/systemd/system/guidang-backfill@.service
"""
WATCHED = "[Service]\nWatchdogSec=10s\n"  # the three minutes of the unit would make the test slow


class Machine:
    """A machine with systemd on which Guidang is installed as in the how-to."""

    def __init__(self) -> None:
        self.name = f"guidang-systemd-{os.getpid()}"
        self.port = free_port()

    def boot(self, wheel: Path) -> None:
        docker("run", "--detach", "--name", self.name, *POWERS, IMAGE)
        wait_until(self._is_up, lambda: self.sh("systemctl --failed; journalctl -b -n 30"))
        for file in (wheel, ROOT / "deploy/requirements.lock"):
            # docker cp does not see the tmpfs of a running container.
            self.write(f"/tmp/{file.name}", file.read_bytes())
        self.sh(INSTALL, check=True)

    def _is_up(self) -> bool:
        return self.sh("systemctl is-system-running").strip() in {"running", "degraded"}

    def sh(self, script: str, *, check: bool = False) -> str:
        return docker("exec", self.name, "sh", "-c", script, check=check)

    def write(self, path: str, content: bytes) -> None:
        command = ["docker", "exec", "-i", self.name, "sh", "-c", f"cat > {path}"]
        subprocess.run(command, input=content, check=True, timeout=60)

    def configure(self, *feeds: str, more: str = "") -> None:
        listed = "\n".join(f'[[feeds]]\nurl = "{url}"\ninterval = "1s"\n' for url in feeds)
        fetch = '[fetch]\nallow_private = ["127.0.0.0/8"]\nhost_delay = "0s"\n'
        web = f'[web]\nlisten = "127.0.0.1:{self.port}"\n'
        self.write("/etc/guidang/config.toml", f"{fetch}{web}{more}{listed}".encode())

    @property
    def pid(self) -> int:
        return int(self.shown("MainPID"))

    def shown(self, setting: str) -> str:
        return self.sh(f"systemctl show --value --property={setting} guidang").strip()

    def journal(self, *options: str) -> str:
        return self.sh(f"journalctl --unit=guidang --output=cat --no-pager {' '.join(options)}")

    def titles(self) -> list[str]:
        """Return the titles of the records in the archive."""
        return sorted(self.sh("grep -rh ^title: /var/lib/guidang/posts").splitlines())

    def wait_for(self, *titles: str) -> None:
        wanted = sorted(f"title: '{title}'" for title in titles)
        wait_until(lambda: self.titles() == wanted, self.journal)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder)]
    run_command([*build, str(ROOT)])
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def machine(wheel: Path) -> Iterator[Machine]:
    machine = Machine()
    try:
        machine.boot(wheel)
        yield machine
    finally:
        docker("rm", "--force", machine.name)


UNITS = ["guidang.service", "guidang-backfill@.service"]


@pytest.mark.parametrize("unit", UNITS)
def test_the_command_prints_the_units_of_the_repository(machine: Machine, unit: str) -> None:
    written = machine.sh(f"cat /etc/systemd/system/{unit}")
    assert written == (ROOT / "deploy/systemd" / unit).read_text("utf-8")


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_analyze_verifies_the_units(machine: Machine, unit: str) -> None:
    assert machine.sh(f"systemd-analyze verify /etc/systemd/system/{unit}") == ""


@pytest.mark.parametrize("unit", UNITS)
def test_the_units_have_a_low_exposure_score(machine: Machine, unit: str) -> None:
    file = f"/etc/systemd/system/{unit}"
    said = machine.sh(f"systemd-analyze security --no-pager --offline=yes --threshold=15 {file}")
    exposure = said.rpartition("exposure level for ")[2].partition(": ")[2].split()[0]
    assert float(exposure) <= 1.5, said


def test_a_service_survives_reloads_kills_and_hangs(machine: Machine) -> None:
    """No entry is lost or duplicated by start, reload, kill, hang and stop."""
    with Site() as site:
        site.set("/a", rss(item(1, title="甲一")))
        site.set("/b", rss(item(2, title="乙一")))
        machine.configure(site.url("/a"))
        machine.sh("systemctl start guidang", check=True)
        # Type=notify: the command has returned because the service is ready.
        with urlopen(f"http://127.0.0.1:{machine.port}/readyz") as answer:
            assert answer.status == 200
        machine.wait_for("甲一")

        machine.configure(site.url("/a"), site.url("/b"))
        machine.sh("systemctl reload guidang", check=True)
        machine.wait_for("甲一", "乙一")

        first = machine.pid
        machine.sh("systemctl kill --signal=KILL --kill-whom=main guidang", check=True)
        site.set("/a", rss(item(1, title="甲一"), item(3, title="甲二")))
        machine.wait_for("甲一", "乙一", "甲二")
        second = machine.pid
        assert second not in {0, first}

        machine.sh("mkdir -p /run/systemd/system/guidang.service.d", check=True)
        machine.write("/run/systemd/system/guidang.service.d/test.conf", WATCHED.encode())
        machine.sh("systemctl daemon-reload && systemctl restart guidang", check=True)
        third = machine.pid
        machine.sh("systemctl kill --signal=STOP --kill-whom=main guidang", check=True)
        wait_until(lambda: machine.pid not in {0, third}, machine.journal)
        assert "Watchdog timeout" in machine.journal()
        site.set("/b", rss(item(2, title="乙一"), item(4, title="乙二")))
        machine.wait_for("甲一", "乙一", "甲二", "乙二")

        site.set("/a?paged=2", rss(item(5, title="旧一")))
        machine.sh("systemctl start guidang-backfill@1", check=True)
        machine.wait_for("甲一", "乙一", "甲二", "乙二", "旧一")

        machine.sh("systemctl stop guidang", check=True)
        assert machine.shown("Result") == "success"
        assert machine.shown("ExecMainStatus") == "0"
    said = machine.journal()
    assert "news: 1 new" in said
    assert "Traceback" not in said
    assert "INFO" not in machine.journal("--priority=warning")
