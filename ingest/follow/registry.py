"""The registry of followers, which are tasks that process changed entries.

A new follower needs an entry here, and a module.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from ingest.config import Config, ImagesConfig, OutputConfig
from ingest.database import Database
from ingest.errors import UsageError
from ingest.follow.files import Output
from ingest.follow.follower import Follower
from ingest.follow.images import IMAGES, ImageLister
from ingest.follow.likeness import Likeness
from ingest.follow.search import Search
from ingest.messages import message
from ingest.store import due as store
from ingest.store.likeness import write
from ingest.store.likeness.write import LIKENESS
from ingest.store.outputs import follower_of, forget_output, output_of
from ingest.store.search import index
from ingest.store.search.index import SEARCH

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A description of a follower, and the function that makes the follower.

    `clear` deletes all results of the follower, before they are made again.
    """

    what: str
    make: Callable[[Database], Follower]
    clear: Callable[[sa.Connection], object] = lambda _: None


def followers_of(config: Config) -> Mapping[str, Entry]:
    """Return the followers of a configuration by name: one for each output, then all others."""
    outputs = {
        follower_of(output.name): _of_output(output, config.images)
        for output in config.every_output
    }
    linking = [follower_of(one.name) for one in config.every_output if one.duplicates != "keep"]
    likeness = replace(_OTHERS[LIKENESS], make=partial(Likeness, marks_due_for=linking))
    images = replace(_OTHERS[IMAGES], make=partial(_image_lister, config))
    is_on = {
        LIKENESS: config.duplicates.enabled,
        SEARCH: config.search.enabled,
        IMAGES: config.images.enabled,
    }
    others = _OTHERS | {LIKENESS: likeness, IMAGES: images}
    return outputs | {name: entry for name, entry in others.items() if is_on[name]}


def _image_lister(config: Config, database: Database) -> ImageLister:
    showing = [follower_of(one.name) for one in config.every_output if one.images == "local"]
    return ImageLister(database, config.images, marks_due_for=showing)


_OTHERS = {
    IMAGES: Entry(
        what=message("lists the pictures to keep"), make=partial(_image_lister, Config())
    ),
    LIKENESS: Entry(what=message("links near-duplicates"), make=Likeness, clear=write.clear),
    SEARCH: Entry(what=message("fills the search index"), make=Search, clear=index.clear),
}


def _of_output(output: OutputConfig, images: ImagesConfig) -> Entry:
    is_archive = output.name == "archive"
    path = output.path
    what = (
        message("writes the archive's files")
        if is_archive
        else message(f"writes the files of {path}")
    )
    return Entry(what=what, make=partial(Output, output, images=images))


def make_followers(config: Config, database: Database) -> Sequence[Follower]:
    """Make an object for each follower of a configuration."""
    return [entry.make(database) for entry in followers_of(config).values()]


def adopt(config: Config, database: Database, *, now: datetime) -> None:
    """Add new followers to the store, and remove followers that are no longer configured.

    For a new follower, all entries become due. The files of a removed output are kept; the results
    of other removed followers are deleted.
    """
    wanted = followers_of(config)
    known = database.query(store.followers)
    for output in config.every_output:
        if follower_of(output.name) not in known:
            database.transact(store.add_follower, follower_of(output.name))
            Output(output, database).notice_settings(now=now)
    for name, follower in _OTHERS.items():
        if name in wanted and name not in known:
            database.transact(store.add_follower, name)
            database.transact(store.mark_all_due_for, name, now)
        if name in known and name not in wanted:
            database.transact(store.forget_follower, name)
            database.transact(follower.clear)
    if IMAGES in wanted:
        _image_lister(config, database).notice_settings(now=now)
    _forget_outputs(known - set(wanted), database)


def _forget_outputs(followers: Iterable[str], database: Database) -> None:
    for gone in filter(None, map(output_of, sorted(followers))):
        database.transact(forget_output, gone)
        logger.warning(
            "the output %s is no longer in the configuration; its files stay where they are", gone
        )


def check_name(name: str, config: Config) -> str:
    """Return the name of a follower; raise `UsageError` if there is no such follower."""
    known = followers_of(config)
    if name not in known:
        raise UsageError(f"no follower is called {name!r}; there are: {', '.join(known)}")
    return name
