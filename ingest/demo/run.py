"""Poll all sample feeds twice with the real program: the morning and the evening edition."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.config import load_config
from ingest.database import Database
from ingest.demo.samples import Sample
from ingest.demo.site import DemoSite
from ingest.errors import UsageError
from ingest.feed import FeedState
from ingest.poll import poll_feeds
from ingest.services import Services, open_services
from ingest.store import feeds as store
from ingest.store import feeds_of_file
from ingest.values import Poll

_HEAD = """\
# The configuration of `guidang demo`. Its site existed only while it ran.

[archive]
path = "source/_posts"

[database]
url = "sqlite:///guidang.db"

[fetch]
allow_private = ["127.0.0.1/32"]
host_delay = "0s"

[rsshub]
instances = ["{site}"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPolls:
    """The results of the two polls of one feed."""

    sample: Sample
    feed: FeedState
    first: Poll
    second: Poll

    @property
    def went_as_meant(self) -> bool:
        """Return whether both polls found what the sample specifies."""
        found = (self.first.new, self.second.new, self.second.edited)
        failed = (self.first.error is not None, self.second.error is not None)
        sample = self.sample
        return (
            found == (sample.entries, sample.added, sample.edited)
            and failed == (sample.is_broken,) * 2
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The result of a demo; `differences` lists files that do not match the database."""

    feeds: Sequence[FeedPolls]
    archive: Path
    differences: Sequence[str]

    @property
    def went_as_meant(self) -> bool:
        """Return whether everything worked as intended."""
        return not self.differences and all(polls.went_as_meant for polls in self.feeds)


async def run(folder: Path, site: DemoSite) -> Demo:
    """Poll the feeds of a site twice; write database and archive into `folder`."""
    file = folder / "config.toml"
    try:
        file.write_text(config_text(site), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    # The environment is ignored, because its variables may refer to the user's own archive.
    config, _ = load_config(file, environment={})
    database = Database(config.database.url)
    try:
        database.upgrade()
        async with open_services(config, database) as services:
            return await _poll_twice(services, site)
    finally:
        database.dispose()


async def _poll_twice(services: Services, site: DemoSite) -> Demo:
    now = services.clock()
    services.prepare_outputs()
    await services.transact(feeds_of_file.adopt, services.config.feeds, now=now)
    first = await _poll(services)
    site.let_evening_come()
    second = await _poll(services)
    feeds = await services.query(store.every)
    return Demo(
        feeds=[
            FeedPolls(sample=sample, feed=feed, first=first[feed.id], second=second[feed.id])
            for sample, feed in zip(site.samples, feeds, strict=True)
        ],
        archive=services.outputs[0].root,
        differences=[f"{one.path}: {one.what}" for one in services.outputs[0].check()],
    )


async def _poll(services: Services) -> dict[int, Poll]:
    feeds = await services.query(store.every)
    polls = await poll_feeds(services, feeds, lambda _poll: None)
    return {poll.feed_id: poll for poll in polls}


def config_text(site: DemoSite) -> str:
    """Return the configuration of a demo, as a user would write it."""
    return "\n".join([_HEAD.format(site=site.address), *_feed_tables(site)])


def _feed_tables(site: DemoSite) -> Iterator[str]:
    for feed in site.feeds:
        settings: dict[str, Any] = {"url": feed.url, **feed.settings.as_json()}
        # Strings, lists and booleans in JSON are valid TOML, too (TOML 1.0).
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()
        ]
        yield "\n".join(["[[feeds]]", *lines, ""])
