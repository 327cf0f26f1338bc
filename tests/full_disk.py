"""Run the service on a disk that fills up; this needs a new mount namespace (Linux, root).

    unshare --mount -- python -m tests.full_disk FOLDER

The disk is a small tmpfs at FOLDER/disk. It is full before the first start, then gets room, then
fills up again while the service runs. The configuration changes while the disk is full.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.running import Running
from tests.site import Site
from tests.support import item, rss


def main(folder: Path) -> None:
    """Mount the disk, run the service on it, and print its log."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    with Site() as site:
        for name in "ab":
            site.set(f"/{name}", rss(item(1), title=name))
        daemon = Running(
            folder,
            database_url=f"sqlite:///{disk}/guidang.db",
            feeds=[site.url("/a")],
            env={"GUIDANG_ARCHIVE__PATH": str(disk / "posts")},
            web=True,
        )
        try:
            serve(daemon, site, disk / "filler")
        finally:
            print(daemon.log_text())
            if daemon.process is not None and daemon.process.poll() is None:
                daemon.kill()


def serve(daemon: Running, site: Site, filler: Path) -> None:
    fill(filler)
    daemon.start()
    daemon.wait_until(lambda: "the disk is full" in daemon.log_text())
    assert not daemon.is_ready()
    filler.unlink()
    daemon.wait_until(daemon.is_ready)
    daemon.wait_until(lambda: len(daemon.titles()) == 1)
    fill(filler)
    daemon.wait_until(lambda: "the disk is full" in daemon.get("/readyz")[1])
    assert daemon.get("/readyz")[0] == 503
    daemon.configure(site.url("/a"), site.url("/b"))
    daemon.signal(signal.SIGHUP)
    daemon.wait_until(lambda: "going on with the old configuration" in daemon.log_text())
    filler.unlink()
    daemon.wait_until(daemon.is_ready)
    daemon.wait_until(lambda: len(daemon.titles()) == 2)
    assert len(list(filler.parent.rglob("*.md"))) == 2
    assert daemon.stop() == 0
    assert "Traceback" not in daemon.log_text()


def fill(filler: Path) -> None:
    """Write to a file until the disk is full."""
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
