"""A world whose feeds show pictures of a site on loopback, and keep them."""

from __future__ import annotations

import asyncio
from typing import Any

from ingest.config import ImagesConfig
from ingest.follow import registry
from ingest.images.keeper import Keeper, Tally
from ingest.services import open_services
from ingest.store import erase
from ingest.store.images import listing
from tests.site import Site
from tests.support import item, rss
from tests.world import World, readers


class Pictured(World):
    """A world whose pictures are kept."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.keep()

    def keep(self, **settings: Any) -> None:
        """Use these settings of pictures from now on."""
        given = {"images": "keep", "path": self.root / "images", "robots": False} | settings
        images = ImagesConfig.model_validate(given)
        self.config = self.config.model_copy(update={"images": images})
        registry.adopt(self.config, self.database, now=self.clock())

    def fetch_images(self) -> Tally:
        """List the pictures of changed entries, and fetch those that are due."""
        return asyncio.run(self._fetch_images())

    async def _fetch_images(self) -> Tally:
        async with open_services(
            self.config, self.database, self.clock, workers=readers()
        ) as services:
            await services.following.finish()
            tally = await Keeper(services, readers()).keep_due()
            await services.following.finish()
        return tally

    def images(self) -> list[dict[str, Any]]:
        """Return the addresses of pictures, in the order in which they were found."""
        states = ("kept", "failed", "wanted")
        return self.query(lambda c: list(listing.listed(c, states=states)))

    def reasons(self) -> list[str | None]:
        return [image["error"] for image in self.images()]

    def pictures(self) -> dict[str, bytes]:
        """Return the kept files by name."""
        folder = self.config.images.path
        files = sorted(folder.glob("??/*"))
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def publish(site: Site, *bodies: str) -> str:
    """Publish a feed with an entry for each body; return its address."""
    items = [
        item(n, link=site.url(f"/a/{n}.html"), description=f"<![CDATA[{body}]]>")
        for n, body in enumerate(bodies)
    ]
    site.set("/feed.xml", rss(*items))
    return site.url("/feed.xml")


def img(site: Site, *paths: str) -> str:
    return "<p>正文。</p>" + "".join(f'<img src="{site.url(path)}">' for path in paths)


def follow(world: Pictured, site: Site, *bodies: str) -> Tally:
    """Poll a feed with these bodies, and fetch its pictures."""
    world.add(publish(site, *bodies))
    world.poll()
    return world.fetch_images()


def entry_with(world: Pictured, path: str) -> erase.Target:
    (entry,) = (one for one in world.entries() if path in world.entry(one["id"])["html"])
    return erase.Target(kind="entry", value=str(entry["id"]), name="x")
