"""Outputs show kept pictures from their own folder, where their program copies them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.config import ArchiveConfig
from ingest.config.after import GitConfig
from ingest.follow import registry
from ingest.outputs import LAYOUTS
from ingest.publish import Publisher
from ingest.store import due
from ingest.store.images.results import Failed, Kept, Unchanged, record
from ingest.takedown.erasing import erase
from ingest.values import NO_VALIDATORS
from models import Entry, Follower, Image, ImageFile
from tests.made_images import made_image
from tests.pictured import Pictured, entry_with, follow, img, publish
from tests.site import Site
from tests.support import FrozenClock


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        for number in range(4):
            site.set(f"/{number}.png", made_image("PNG", seed=number))
        yield site


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Pictured]:
    world = Pictured(tmp_path, sqlite_url)
    yield world
    world.database.dispose()


def show_in(world: Pictured, folder: str, **settings: Any) -> Path:
    """Let the archive be this folder below the world's root; return it."""
    archive = ArchiveConfig.model_validate({"path": world.root / folder} | settings)
    world.config = world.config.model_copy(update={"archive": archive})
    registry.adopt(world.config, world.database, now=world.clock())
    return archive.path


def lead(world: Pictured, site: Site, path: str, body: str) -> None:
    """Follow a feed with one entry that has this lead image.

    No poll chooses a picture on loopback, so the row is changed.
    """
    world.add(publish(site, body))
    world.poll()
    image = sa.update(Entry).values(lead_image=site.url(path))
    world.database.transact(lambda connection: connection.execute(image))
    world.fetch_images()


def the_file(folder: Path, suffix: str = ".md") -> str:
    (file,) = folder.rglob(f"*{suffix}")
    return file.read_text("utf-8")


@pytest.mark.parametrize(
    ("layout", "folder", "pictures", "address"),
    [
        ("hexo", "blog/source/_posts/news", "blog/source/pictures", "/pictures/"),
        ("hexo", "posts", "posts/pictures", "/pictures/"),
        ("hugo", "site/content/posts", "site/static/pictures", "/pictures/"),
        ("jekyll", "site/_posts", "site/pictures", "/pictures/"),
        ("astro", "site/src/content/blog", "site/public/pictures", "/pictures/"),
        ("pelican", "site/content/news", "site/content/images/pictures", "/images/pictures/"),
        ("nikola", "site/posts", "site/files/pictures", "/pictures/"),
        ("material", "site/docs/blog/posts", "site/docs/pictures", "/pictures/"),
        ("vitepress", "site", "site/public/pictures", "/pictures/"),
        ("eleventy", "site", "site/pictures", "/pictures/"),
        ("markdown", "vault/news", "vault/news/pictures", ""),
        ("html", "pages", "pages/pictures", ""),
    ],
)
def test_pictures_are_where_the_program_copies_them(
    layout: str, folder: str, pictures: str, address: str
) -> None:
    place = LAYOUTS[layout].pictures
    assert place.folder_for(PurePath("/w", folder)) == PurePath("/w", pictures)
    assert place.address == address


def test_a_post_for_hexo_shows_its_kept_pictures(world: Pictured, site: Site) -> None:
    posts = show_in(world, "blog/source/_posts")
    lead(world, site, "/1.png", img(site, "/1.png", "/none.png"))
    (name,) = world.pictures()
    text = the_file(posts)
    assert f"headimg: '/pictures/{name}'" in text
    assert f"thumbnail: '/pictures/{name}'" in text
    assert f'<img src="/pictures/{name}"' in text
    assert 'width="64" height="48"' in text
    assert site.url("/none.png") in text
    copied = world.root / "blog/source/pictures" / name
    assert copied.read_bytes() == world.pictures()[name]
    assert copied.stat().st_nlink == 2


def test_a_note_shows_its_pictures_by_relative_addresses(world: Pictured, site: Site) -> None:
    notes = show_in(world, "vault", layout="markdown")
    lead(world, site, "/1.png", img(site, "/1.png"))
    (file,) = notes.rglob("*.md")
    (name,) = world.pictures()
    up = "../" * (len(file.relative_to(notes).parts) - 1)
    text = file.read_text("utf-8")
    assert f"]({up}pictures/{name})" in text
    assert f"cover: {up}pictures/{name}" in text.replace("'", "").replace('"', "")
    assert (file.parent / f"{up}pictures/{name}").is_file()


@pytest.mark.parametrize("switch", [{"images": "original"}, {"images_url": "/blog/p"}])
def test_an_output_chooses_its_pictures(
    world: Pictured, site: Site, switch: dict[str, str]
) -> None:
    posts = show_in(world, "source/_posts", **switch)
    follow(world, site, img(site, "/1.png"))
    (name,) = world.pictures()
    shown = site.url("/1.png") if "images" in switch else f"/blog/p/{name}"
    assert f'<img src="{shown}"' in the_file(posts)
    assert (world.root / "source/pictures").exists() is ("images" not in switch)


def test_an_entry_is_written_once_when_its_pictures_arrive(world: Pictured, site: Site) -> None:
    show_in(world, "source/_posts")
    world.add(publish(site, img(site, "/0.png", "/1.png", "/2.png", "/3.png")))
    world.poll()
    before = changes_of(world)
    world.fetch_images()
    assert changes_of(world) == before + 1


def test_entries_that_have_their_picture_are_not_due_again(world: Pictured, site: Site) -> None:
    follow(world, site, img(site, "/1.png"))
    (image,) = world.query(lambda c: c.scalars(sa.select(Image.id)).all())
    for result in (Unchanged(id=image), Failed(id=image, reason="gone", next_try_at=None)):
        world.database.transact(record, [result], outputs=["files"], now=world.clock())
        lags = {lag.follower: lag.due for lag in world.query(due.lags)}
        assert lags["files"] == 0


def test_a_picture_whose_address_was_taken_down_meanwhile_is_not_stored(
    world: Pictured, site: Site
) -> None:
    follow(world, site, img(site, "/1.png"))
    (file,) = world.query(lambda c: c.execute(sa.select(ImageFile.__table__)).all())
    kept = Kept(
        id=9, digest=bytes(32), media_type="image/png", width=1, height=1, size=1,
        source="x", validators=NO_VALIDATORS,
    )  # fmt: skip
    results = [kept, replace(kept, digest=file.digest)]
    gone = world.database.transact(record, results, outputs=["files"], now=world.clock())
    assert gone == [kept]
    assert world.query(lambda c: c.scalar(sa.select(sa.func.count()).select_from(ImageFile))) == 1


def changes_of(world: Pictured) -> int:
    """Return how many batches have changed files of the archive."""
    query = sa.select(Follower.changes).where(Follower.name == "files")
    return int(world.query(lambda connection: connection.scalar(query)))


def test_a_takedown_deletes_pictures_from_the_site(world: Pictured, site: Site) -> None:
    show_in(world, "source/_posts")
    follow(world, site, img(site, "/1.png"), img(site, "/2.png"))
    assert len(list((world.root / "source/pictures").rglob("*.png"))) == 2
    erase(world.config, world.database, entry_with(world, "/1.png"), "侵权", now=world.clock())
    (left,) = (world.root / "source/pictures").rglob("*.png")
    assert left.read_bytes() == made_image("PNG", seed=2)


def test_the_publishers_address_is_shown_if_the_kept_file_is_gone(
    world: Pictured, site: Site
) -> None:
    posts = show_in(world, "source/_posts")
    follow(world, site, img(site, "/1.png"))
    for folder in (world.config.images.path, world.root / "source/pictures"):
        shutil.rmtree(folder)
    world.folder.rebuild(now=FrozenClock()())
    assert f'<img src="{site.url("/1.png")}"' in the_file(posts)


def test_git_commits_the_pictures_with_the_records(world: Pictured, site: Site) -> None:
    show_in(world, "blog/source/_posts")
    folder = world.root / "blog"
    follow(world, site, img(site, "/1.png"))
    (folder / "source/pictures/notes.txt").write_text("of the user")
    for command in ("init --quiet", "commit --quiet --allow-empty -m first"):
        run_git(folder, *command.split())
    git = GitConfig(commit=True)
    Publisher(world.config.model_copy(update={"git": git}), world.database, world.clock).publish()
    (name,) = world.pictures()
    assert f"source/pictures/{name}" in run_git(folder, "ls-files").splitlines()
    assert "?? source/pictures/notes.txt" in run_git(folder, "status", "--porcelain")


def run_git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.cn")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout
