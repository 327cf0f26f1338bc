"""Real themes show kept pictures while the publisher's servers are off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
import sqlalchemy as sa

from ingest.config import ArchiveConfig
from ingest.follow import registry
from ingest.store.due import mark_all_due_for
from models import Entry
from tests.hexo import Hexo
from tests.made_images import made_image
from tests.pictured import Pictured, img, publish
from tests.site import Site

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

_PICTURE = re.compile(r"/pictures/[0-9a-f]{2}/[0-9a-f]{64}\.\w+")


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Pictured]:
    world = Pictured(tmp_path, sqlite_url)
    yield world
    world.database.dispose()


def archive(world: Pictured, theme: str) -> str:
    """Keep the pictures of two entries for a theme; return the address of their server."""
    settings = ArchiveConfig(path=world.root / "source/_posts", profile=theme)
    world.config = world.config.model_copy(update={"archive": settings})
    registry.adopt(world.config, world.database, now=world.clock())
    with Site() as site:
        for number, form in enumerate(("PNG", "JPEG", "WEBP", "GIF")):
            site.set(f"/{number}", made_image(form, 400, 300, seed=number))
        world.add(publish(site, img(site, "/0", "/1"), img(site, "/2", "/3")))
        world.poll()
        # No poll chooses a picture on loopback as the lead image.
        lead = sa.update(Entry).values(lead_image=site.url("/0"))
        world.database.transact(lambda connection: connection.execute(lead))
        world.database.transact(mark_all_due_for, "images", world.clock())
        assert world.fetch_images().failed == 0
        return site.url()


@pytest.mark.parametrize("theme", ["", "volantis", "butterfly", "next", "fluid"])
def test_a_theme_shows_every_kept_picture(theme: str, world: Pictured, themes: Hexo) -> None:
    publisher = archive(world, theme)
    public = themes.build(
        world.config.archive.path,
        {"theme": theme or "volantis"},
        pictures=world.root / "source/pictures",
    )
    pages = [file.read_text("utf-8") for file in sorted(public.rglob("*.html"))]
    shown = {path for page in pages for path in _PICTURE.findall(page)}
    assert {Path(path).name for path in shown} == {Path(name).name for name in world.pictures()}
    for path in shown:
        name = path.removeprefix("/pictures/")
        assert (public / path[1:]).read_bytes() == world.pictures()[name]
    assert [source for page in pages for source in sources(page) if publisher in source] == []
    body = lxml.html.document_fromstring(next(page for page in pages if "正文。" in page))
    assert body.xpath("//img[starts-with(@src, '/pictures/') and @width='400']") != []


def sources(page: str) -> list[str]:
    """Return the addresses that a page loads pictures from."""
    document = lxml.html.document_fromstring(page)
    styles = document.xpath("//@style")
    return [*document.xpath("//@src"), *document.xpath("//@data-src"), *styles]
