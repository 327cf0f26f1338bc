from __future__ import annotations

import io
import tarfile
from pathlib import Path

from tests.conformance.fetch import unpack


def test_only_the_documents_of_the_named_folders_are_unpacked(tmp_path: Path) -> None:
    package = tmp_path / "feedparser-1.tar.gz"
    names = ["tests/a/1.xml", "tests/a/b/2.xml", "tests/a/3.py", "tests/c/4.xml", "a/5.xml"]
    with tarfile.open(package, "w:gz") as members:
        for name in names:
            info = tarfile.TarInfo(f"feedparser-1/{name}")
            info.size = 6
            members.addfile(info, io.BytesIO(b"<rss/>"))
    folder = tmp_path / "suite"
    assert unpack(package, ("a",), folder) == 2
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*.*")}
    assert files == {"a/1.xml", "a/b/2.xml"}
