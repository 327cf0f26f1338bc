"""Commit the written files and run the user's command, once after each run with changes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from ingest.config import Config, OutputConfig
from ingest.database import Database
from ingest.database.alone import turn_at
from ingest.errors import PublishError
from ingest.follow.files.own_part import digest_of
from ingest.outputs import make_layout
from ingest.publish.command import Command
from ingest.publish.commit_message import Item, commit_message
from ingest.publish.git import Repository
from ingest.store import publish as store
from ingest.store import site_files
from ingest.store.outputs import follower_of

logger = logging.getLogger(__name__)


class Publisher:
    """A publisher of the outputs, as the tables `git` and `hooks` of the configuration say."""

    def __init__(self, config: Config, database: Database, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._command = Command(config.hooks)

    @property
    def is_wanted(self) -> bool:
        """Return whether the configuration asks for commits or for a command."""
        return self._config.git.commit or bool(self._config.hooks.after)

    def publish(self) -> bool:
        """Commit and run the command if files were written since the last time.

        Return whether there were such files. If git fails, the command still runs. Raise the first
        `PublishError`, which is stored, too. The next call then tries again.
        """
        followers = [follower_of(output.name) for output in self._config.every_output]
        if not self.is_wanted:
            return False
        with turn_at(self._database, "publish"):
            return self._publish_news(followers)

    def _publish_news(self, followers: Sequence[str]) -> bool:
        mark = self._database.query(store.news, followers)
        if mark is None:
            return False
        now, errors = self._clock(), list(self._errors())
        if errors:
            self._database.transact(store.note_error, str(errors[0]))
            raise errors[0]
        self._database.transact(store.note_done, mark, now=now)
        return True

    def _errors(self) -> Iterator[PublishError]:
        """Run all steps; yield the error of each failed step."""
        for step in self._steps():
            try:
                step()
            except PublishError as error:
                yield error

    def _steps(self) -> Iterator[Callable[[], object]]:
        if self._config.git.commit:
            yield self._commit_all
        if self._config.hooks.after:
            yield self._command.run

    def stop(self) -> None:
        """Kill the user's command if it runs in another thread."""
        self._command.stop()

    def _commit_all(self) -> None:
        for output in self._config.every_output:
            if output.path.is_dir():
                self._commit(output)

    def _commit(self, output: OutputConfig) -> None:
        """Commit Guidang's changes to an output's folder; push them if that is set."""
        repository = Repository(output.path)
        repository.check()
        items = list(self._items(output, repository))
        if items:
            takedowns = self._database.query(store.takedowns_since_last)
            message = commit_message(output.name, items, takedowns)
            repository.commit([item.path for item in items], message)
        if self._config.git.push:
            repository.push()

    def _items(self, output: OutputConfig, repository: Repository) -> Iterator[Item]:
        """Yield the changes that Guidang made; the user's own changes are left out."""
        of_site, pictures = self._site_files(output), _folder_of_pictures(output)
        changes = repository.changes(beside=[*of_site, pictures])
        paths = [change.path for change in changes]
        known = self._database.query(store.files_at, output.name, paths)
        for change in changes:
            file = known.get(change.path)
            if change.path in of_site:
                if self._is_as_written(output, change.path, of_site[change.path]):
                    yield Item(kind=change.kind, path=change.path)
            elif change.path.startswith(f"{pictures}/") and change.kind != "deleted":
                if _is_kept_picture(output.path / change.path):
                    yield Item(kind=change.kind, path=change.path)
            elif change.kind == "deleted":
                if file is None and repository.is_from_guidang(change.path):
                    yield Item(kind=change.kind, path=change.path)
            elif file is not None and self._is_as_written(output, change.path, file.digest):
                title, feed = file.title, file.feed_title
                yield Item(kind=change.kind, path=change.path, title=title, feed=feed)

    def _site_files(self, output: OutputConfig) -> dict[str, bytes]:
        """Return the digests of the files of the whole site, by path relative to the output."""
        site = make_layout(output.layout, output).site_of(output.path)
        if site is None:
            return {}
        files = self._database.query(site_files.files, output.name)
        return {
            os.path.relpath(site / path, output.path): digest
            for path, digest in files.items()
            if Path(site / path).is_file()
        }

    def _is_as_written(self, output: OutputConfig, path: str, digest: bytes | None) -> bool:
        try:
            return digest_of((output.path / path).read_bytes()) == digest
        except OSError as error:
            raise PublishError(f"{output.path / path}: {error.strerror}") from None


def _folder_of_pictures(output: OutputConfig) -> str:
    """Return the folder of kept pictures, relative to the output."""
    place = make_layout(output.layout, output).pictures
    return os.path.relpath(output.images_path or place.folder_for(output.path), output.path)


def _is_kept_picture(file: Path) -> bool:
    """Return whether a file is named after the SHA-256 of its bytes, as kept pictures are."""
    return sha256(file.read_bytes()).hexdigest() == file.stem
