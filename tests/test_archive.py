"""Writing record files: completely or not at all, and only if a file is due."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.errors import ArchiveError
from ingest.files import write_file
from ingest.follow.files import Output
from tests.site import Site
from tests.support import item, rss
from tests.world import World

_AT = datetime(2022, 1, 28, 21, 34, 39, tzinfo=UTC)


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def small_files() -> Iterator[None]:
    """Limit the size of files to 4 KiB, so that writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("strict_umask")
def test_a_file_is_readable_by_all_and_has_the_time_of_its_entry(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"left by a killed run, and longer")
    write_file(str(file), b"new", _AT)
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600 | 0o044
    assert file.stat().st_mtime == _AT.timestamp()


@pytest.mark.usefixtures("small_files")
def test_a_failed_write_leaves_no_file_behind(tmp_path: Path) -> None:
    opened = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="File too large"):
        write_file(str(tmp_path / "a.md"), b"x" * 10_000, _AT)
    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == opened


def test_entries_of_two_feeds_never_share_a_file(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    """Also if the guids are the same numbers in both feeds."""
    world = World(tmp_path, database_url, archive={"template": "{year}/{id}.md"})
    for name in ("a", "b"):
        site.set(f"/{name}.xml", rss(*(item(n, title=f"{name}{n}", guid=str(n)) for n in (1, 2))))
        world.add(site.url(f"/{name}.xml"))
    world.poll()
    texts = sorted(text.split(b"\n")[1] for text in world.files().values())
    assert texts == [b"title: 'a1'", b"title: 'a2'", b"title: 'b1'", b"title: 'b2'"]
    assert world.folder.check() == []
    before = world.files()
    world.folder.rebuild(now=_AT)
    assert world.files() == before
    world.database.dispose()


def test_a_blocked_path_does_not_stop_other_files(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    site.set("/feed.xml", rss(item(1)))
    world.poll()
    (path,) = world.files()
    in_the_way = world.folder.root / path
    in_the_way.unlink()
    in_the_way.mkdir()
    site.set("/feed.xml", rss(item(1, title="改了"), item(2), item(3)))
    with pytest.raises(ArchiveError, match=f"{re.escape(path)}: Is a directory; the entries are"):
        world.poll()
    assert len([file for file in world.folder.root.rglob("*.md") if file.is_file()]) == 2
    with pytest.raises(ArchiveError, match="Is a directory"):
        world.folder.rebuild(now=_AT)
    in_the_way.rmdir()
    assert world.folder.render_due(now=_AT) == 1
    assert "改了".encode() in world.files()[path]


def test_no_transaction_is_made_if_nothing_is_due(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    site.set("/feed.xml", rss(item(1)))
    world.poll()
    begun: list[object] = []
    sa.event.listen(world.database.engine, "commit", begun.append)
    assert world.folder.render_due(now=_AT) == 0
    assert begun == []


def test_a_new_form_of_the_layout_rewrites_all_records(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    site.set("/feed.xml", rss(item(1), item(2)))
    world.poll()
    for file in world.folder.root.rglob("*.md"):
        file.write_bytes(b"as an older program wrote it")
    folder = Output(world.config.archive, world.database)
    folder._layout.form += 1
    assert folder.render_due(now=_AT) == 2
    assert folder.check() == []


def test_the_update_time_of_a_record_is_when_its_last_edit_was_seen(
    world: World, site: Site
) -> None:
    """If the feed gives no update time; later runs keep the time."""
    world.add(site.url("/feed.xml"))
    site.set("/feed.xml", rss(item(1)))
    world.poll()
    world.clock.at = datetime(2026, 4, 1, 8, tzinfo=UTC)
    site.set("/feed.xml", rss(item(1, description="<p>改过的正文，说的是另一件事。</p>")))
    world.poll()
    (text,) = world.files().values()
    assert b"\nupdated: Wed, 01 Apr 2026 08:00:00 GMT\n" in text
    world.folder.rebuild(now=datetime(2027, 1, 1, tzinfo=UTC))
    assert list(world.files().values()) == [text]


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder so deep that the path of a file with a long name is longer than Linux allows."""
    before = Path.cwd()
    folder = tmp_path
    while len(str(folder)) < 3_700:
        folder /= "d" * 200
    folder /= "d" * (3_955 - len(str(folder)))
    folder.mkdir(parents=True)
    yield folder
    os.chdir(before)


def test_a_too_long_file_name_is_shortened(deep_folder: Path, sqlite_url: str, site: Site) -> None:
    title = "海" * 100
    world = World(deep_folder, sqlite_url, archive={"template": "{feed}/{title}-{id}.md"})
    site.set("/feed.xml", rss(item(1, title=title), item(2)))
    world.add(site.url("/feed.xml"))
    world.poll()
    assert len(world.files()) == 2
    long = max(world.files(), key=len)
    assert "海海海海" in long
    assert len(long.rpartition("/")[2].encode()) <= 100
    assert list((world.folder.root / ".guidang-unfinished").iterdir()) == []
    assert world.folder.check() == []
    before = world.files()
    world.folder.rebuild(now=_AT)
    assert world.files() == before
    world.database.dispose()
