"""Run the real RSSHub, from npm, with one route that needs no network, for the long tests.

Its packages are installed once, in .cache/rsshub of the checkout. package.json replaces three
packages that the route does not use, because one comes from a git server, and two are missing in
some mirrors of the registry.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hexo import Node, find_node, install_lock, run_node

TEMPLATE = Path(__file__).with_name("rsshub_site")
CACHE = Path(__file__).parents[1] / ".cache/rsshub"
INSTALL_SECONDS = 600
OLDEST_NODE = (22, 22)  # the minimum of RSSHub


@contextmanager
def real_rsshub() -> Iterator[str]:
    """Run RSSHub; yield its URL."""
    node = find_node(oldest=OLDEST_NODE)
    with subprocess.Popen(
        [node.node, "serve.mjs"],
        cwd=_install_once(node),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield f"http://127.0.0.1:{_port_of(process)}"
        finally:
            process.kill()


def _port_of(process: subprocess.Popen[str]) -> int:
    lines: list[str] = []
    for line in process.stdout or ():
        if found := re.match(r"PORT (\d+)", line):
            return int(found[1])
        lines.append(line)
    raise RuntimeError(f"RSSHub did not start:\n{''.join(lines)}")


def _install_once(node: Node) -> Path:
    made_of = b"".join(file.read_bytes() for file in sorted(TEMPLATE.iterdir()))
    folder = CACHE / hashlib.sha256(made_of).hexdigest()[:16]
    with install_lock(CACHE):
        if not folder.is_dir():
            _install(node, folder)
    return folder


def _install(node: Node, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="installing-") as name:
        made = Path(name) / "site"
        shutil.copytree(TEMPLATE, made)
        options = "--ignore-scripts --no-audit --no-fund --omit=optional --loglevel=error"
        command = [*node.npm, "install", *options.split(), f"--cache={name}/npm"]
        run_node(command, cwd=made, seconds=INSTALL_SECONDS)
        made.rename(folder)
