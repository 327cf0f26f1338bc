"""A real full disk: a small tmpfs in a separate mount namespace (Linux, root)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.made_images import made_image
from tests.program import new_program
from tests.site import Site
from tests.support import item, rss

pytestmark = pytest.mark.deploy

# The tmpfs exists as long as the namespace, so the script makes both polls.
SCRIPT = """\
set -u
mount -t tmpfs -o size=8m tmpfs "$1" || exit 90
run() { "$2" -m ingest --config "$3" poll --all; }
[ "$4" = archive ] || "$2" -m ingest --config "$3" status >/dev/null
dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null
run "$@" >"$5/first.out" 2>"$5/first.err"; echo $? >"$5/first.code"
rm "$1/filler"
run "$@" >"$5/second.out" 2>"$5/second.err"; echo $? >"$5/second.code"
"$2" -m ingest --config "$3" entries list --json >"$5/entries.json"
"$2" -m ingest --config "$3" archive --check >"$5/check.out" 2>&1; echo $? >"$5/check.code"
"""


@pytest.mark.parametrize("full", ["archive", "database", "images"])
def test_a_full_disk_loses_nothing(tmp_path: Path, full: str) -> None:
    disk, results = tmp_path / "disk", tmp_path / "results"
    disk.mkdir()
    results.mkdir()
    with Site() as site:
        site.set("/1.png", made_image("PNG"))
        picture = f'&lt;img src="{site.url("/1.png")}"&gt;'
        items = [item(number, description="江海日报讯。" * 2000 + picture) for number in range(20)]
        site.set("/feed.xml", rss(*items))
        program = new_program(tmp_path, feeds=[site.url("/feed.xml")])
        env = program.environment()
        env["GUIDANG_ARCHIVE__PATH"] = str(disk if full == "archive" else tmp_path / "posts")
        env["GUIDANG_IMAGES__IMAGES"] = "keep" if full == "images" else "link"
        env["GUIDANG_IMAGES__PATH"] = str(disk if full == "images" else tmp_path / "images")
        place = disk if full == "database" else tmp_path
        env["GUIDANG_DATABASE__URL"] = f"sqlite:///{place}/guidang.db"
        config = str(tmp_path / "config.toml")
        arguments = [str(disk), sys.executable, config, full, str(results)]
        done = subprocess.run(
            ["unshare", "--mount", "--", "sh", "-c", SCRIPT, "sh", *arguments],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, f"no tmpfs could be mounted; are we root? {done.stderr}"
    output = {path.name: path.read_text(encoding="utf-8") for path in results.iterdir()}
    assert (output["first.code"], output["second.code"]) == ("3\n", "0\n"), output
    assert "full" in output["first.err"] or os.strerror(28) in output["first.err"]
    assert "Traceback" not in output["first.err"]
    assert len(json.loads(output["entries.json"])) == 20
    assert output["check.code"] == "0\n", output["check.out"]


def test_the_daemon_continues_after_a_full_disk_and_applies_a_reload(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "--mount", "--", sys.executable, "-m", "tests.full_disk", str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
