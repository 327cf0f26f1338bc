"""Write the lock files: the newest versions that pyproject.toml and the sites of the tests allow.

The files have versions and hashes, but no address of a registry.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ADDRESSES = {"resolved", "funding"}  # keys of package-lock.json with addresses

sys.path.insert(0, str(ROOT))

from tests.generators import SITES  # noqa: E402 - as below
from tests.hexo import PLAIN, THEMES, find_node  # noqa: E402 - the checkout is on the path only now


def main() -> None:
    project = "pyproject.toml"
    known = ("--constraints", "requirements.lock")
    lock_python("requirements.lock", project, "--group", "dev", "--upgrade")
    lock_python("deploy/requirements.lock", project, *known)
    lock_python("deploy/machines.lock", project, "--extra", "machines", *known)
    lock_python("benchmarks/requirements.lock", project, "--group", "bench", *known)
    lock_python(".ci/installer.lock", "--group", "installer", *known, "--upgrade")
    sites = SITES.relative_to(ROOT)
    lock_python(f"{sites}/requirements.lock", f"{sites}/requirements.in", "--upgrade")
    for site in (PLAIN, THEMES, SITES):
        lock_packages(site)


def lock_python(file: str, *which: str) -> None:
    """Lock for every platform and every supported Python."""
    uv = Path(sys.executable).with_name("uv")
    options = "--quiet --no-config --system-certs --universal --python-version 3.11"
    subprocess.run(
        [uv, "pip", "compile", *options.split(), *which, "--generate-hashes", "-o", file],
        cwd=ROOT,
        env=os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def lock_packages(site: Path) -> None:
    """Lock a site's packages; delete the old lock first, because npm would keep its versions."""
    file = site / "package-lock.json"
    file.unlink(missing_ok=True)
    options = "--package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error"
    subprocess.run([*find_node().npm, "install", *options.split()], cwd=site, check=True)
    lock = json.loads(file.read_text("utf-8"))
    text = json.dumps(_without_addresses(lock), ensure_ascii=False, indent=2)
    file.write_text(text + "\n", "utf-8")


def _without_addresses(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {k: _without_addresses(v) for k, v in value.items() if k not in ADDRESSES}


if __name__ == "__main__":
    main()
