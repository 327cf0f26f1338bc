"""Show kept pictures in an output: put them into the folder of its site, and name them there."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from ingest.config import OutputConfig
from ingest.database import Database
from ingest.errors import ArchiveError, ArchiveFull
from ingest.outputs import Layout
from ingest.outputs.pictures import LocalPicture, with_local_pictures
from ingest.reading.images.kinds import file_name
from ingest.store.images.shown import KeptPicture, kept_pictures
from ingest.values import Record

# Files cannot be linked across file systems, on some file systems, or beyond a number of links.
_CANNOT_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES})


class SitePictures:
    """The pictures in the site of an output.

    `kept` is the folder of all kept pictures. The files are links to those there, so that they take
    no room of their own, or copies if the file system allows no links.
    """

    def __init__(
        self, config: OutputConfig, layout: Layout, database: Database, kept: Path
    ) -> None:
        place = layout.pictures
        if config.images_url:
            place = replace(place, address=config.images_url)
        self._place = place
        self._output = PurePath(config.path)
        self.folder = Path(config.images_path or place.folder_for(config.path))
        self._is_on = config.images == "local"
        self._database = database
        self._kept = kept

    def of(self, records: Sequence[Record]) -> Mapping[int, Mapping[str, KeptPicture]]:
        """Return the kept pictures of these records, by entry id and address."""
        if not self._is_on:
            return {}
        return self._database.query(kept_pictures, [record.entry_id for record in records])

    def localize(self, record: Record, kept: Mapping[str, KeptPicture]) -> Record:
        """Return a record, which must have a path, with local addresses of its kept pictures.

        Put the files into the site. Raise `ArchiveError` if one cannot be written.
        """
        if not kept:
            return record

        def local(url: str) -> LocalPicture | None:
            picture = kept.get(url)
            name = picture and file_name(picture.digest, picture.media_type)
            if picture is None or not name or not self._put(name):
                return None
            address = self._address_of(name, record.path or "")
            return LocalPicture(address=address, width=picture.width, height=picture.height)

        lead = local(record.lead_image) if record.lead_image else None
        return replace(
            record,
            html=with_local_pictures(record.html, local),
            lead_image=lead.address if lead else record.lead_image,
        )

    def _address_of(self, name: str, path: str) -> str:
        if self._place.address:
            return f"{self._place.address}{name}"
        here = os.path.dirname(f"{self._output}/{path}")  # noqa: PTH120 - a Path costs as much
        return Path(os.path.relpath(self.folder / name, here)).as_posix()

    def _put(self, name: str) -> bool:
        """Put a picture into the site; return False if it is not among the kept ones."""
        target, source = self.folder / name, self._kept / name
        if target.is_file():
            return True
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(source, target)
        except FileNotFoundError:
            return False
        except OSError as error:
            kind = ArchiveFull if error.errno == errno.ENOSPC else ArchiveError
            raise kind(f"{target}: {error.strerror or error}") from error
        return True

    def delete(self, names: Iterable[str]) -> None:
        """Delete pictures from the site; ignore missing files."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        unfinished = target.with_name(f".{target.name}-{secrets.token_hex(8)}")
        shutil.copyfile(source, unfinished)
        unfinished.replace(target)
