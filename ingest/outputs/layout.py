"""The interface of a layout: it turns a record into a path and the bytes of a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol

from ingest.outputs.inert import inert_link
from ingest.outputs.naming import record_path
from ingest.outputs.own_keys import OwnKeys, OwnValue, fill_own_keys
from ingest.outputs.picture_place import RELATIVE, PicturePlace
from ingest.outputs.source_line import source_line
from ingest.values import Record

# Maps the folder of a page and a category or tag to the spelling of the category or tag. A name
# that the mapping lacks is spelled unchanged.
Names = Mapping[tuple[str, str], str]
NOTHING_APART: Names = MappingProxyType({})
NO_FILES: Mapping[str, bytes] = MappingProxyType({})


class Options(Protocol):
    """The settings of an output that a layout uses. `OutputConfig` has all these settings."""

    @property
    def profile(self) -> str:
        """The theme or program to write for, one of `Layout.profiles`, or an empty string."""

    @property
    def template(self) -> str:
        """The template of paths; see `record_path`."""

    @property
    def split(self) -> str:
        """The field of paths that splits records into sites: `year`, `feed` or an empty string."""

    @property
    def timezone(self) -> str:
        """The time zone of the dates in paths, and of dates in local time."""

    @property
    def date_style(self) -> str:
        """How dates are written, one of `Layout.date_styles`."""

    @property
    def default_category(self) -> str:
        """The first category of a feed without categories."""

    @property
    def default_image(self) -> str:
        """The picture for entries without a picture, or an empty string."""

    @property
    def front_matter(self) -> OwnKeys:
        """Keys that the user adds to the front matter, with fields such as `{title}`."""

    @property
    def source_line(self) -> bool | Literal["auto"]:
        """Whether the text ends with a line on its author and original; see `html_of`."""


class Layout(ABC):
    """A file format for records. Its methods are pure; `follow/files` writes what they return.

    A new layout is a class with `name` and `render`, and a line in `LAYOUTS`. The other methods
    are for formats that need more than one file for each entry.
    """

    name: ClassVar[str]
    form: ClassVar[int] = 1
    """The version of the format. Increase it if `render` returns other bytes than before, so that
    all records are rendered again."""
    profiles: ClassVar[Sequence[str]] = ()
    """The themes or programs for which this format has a variant."""
    date_styles: ClassVar[Sequence[str]] = ("rfc822", "local", "iso", "offset")
    """The ways to write dates that its programs read correctly."""
    suffixes: ClassVar[Sequence[str]] = (".md", ".html")
    """The endings that a path may have."""
    defaults: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Defaults of settings that differ from those of the first layout, `hexo`."""

    pictures: ClassVar[PicturePlace] = RELATIVE
    """Where kept pictures are, so that its program copies them to the site."""

    canonical_key: ClassVar[str] = "canonical_url"
    """The key of the front matter for the address of the canonical entry of a story."""

    has_own_part: ClassVar[bool] = False
    """Whether a new file ends with a line below which users can add text that is kept."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def path(self, record: Record, *, apart: bool = False, longest: int | None = None) -> str:
        """Return the path of the record's file below the output's folder, with `/` between folders.

        With `apart`, the path differs from all paths of other feeds. `longest` is the largest
        number of bytes that each part may have. If it is 0, all optional fields are left out.
        """
        split, zone = self._options.split, self._options.timezone
        template = f"{{{split}}}/{self._options.template}" if split else self._options.template
        return record_path(template, record, zone, apart=apart, longest=longest)

    def names(
        self,
        record: Record,  # noqa: ARG002
        written: Names,  # noqa: ARG002
        *,
        guess: bool = False,  # noqa: ARG002
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs: the folder of a page, and the category or tag to which the page belongs.

        If two names would have the same page, the caller writes one of them in another spelling.
        The folder of a category depends on the spelling of its parent in `written`. If `written`
        lacks the parent, the category is left out; with `guess`, the parent's own name is used as
        its spelling.
        """
        return iter(())

    @property
    def shows_source(self) -> bool:
        """Whether the pages of the program show the author, and a link to the original."""
        return False

    def html_of(self, record: Record) -> str:
        """Return the entry's HTML, if necessary with a line about its author and original.

        The setting `source_line` decides when the line is necessary. An excerpt always has the
        line.
        """
        wanted = self._options.source_line
        if record.excerpt_only or wanted is True or (wanted == "auto" and not self.shows_source):
            return f"{record.html}\n{source_line(record)}"
        return record.html

    def own_keys(self, record: Record) -> dict[str, OwnValue]:
        """Return keys for the front matter: the user's own keys, and the links to duplicates.

        The caller leaves out keys with an empty value.
        """
        links: dict[str, OwnValue] = {}
        if record.canonical_link:
            others = tuple(map(inert_link, record.see_also))
            links = {self.canonical_key: inert_link(record.canonical_link), "see_also": others}
        if not self._options.front_matter:
            return links
        return links | fill_own_keys(self._options.front_matter, record, self._options.timezone)

    @abstractmethod
    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Return the bytes of the file, with categories and tags spelled as in `names`."""

    def site_of(self, folder: PurePath) -> PurePath | None:  # noqa: ARG002
        """Return the folder that contains the paths of `site_files`, or None without such files.

        `folder` is the folder of the output.
        """
        return None

    def fact(self, record: Record) -> str | None:  # noqa: ARG002
        """Return what `site_files` needs to know about a record, such as its author, as text.

        Return None if `site_files` needs nothing. The record must have a path.
        """
        return None

    def site_files(
        self,
        facts: Sequence[str],  # noqa: ARG002
        former: Collection[str] = (),  # noqa: ARG002
    ) -> Mapping[str, bytes]:
        """Return the files of whole sites by path, such as a list of authors; see `site_of`.

        `facts` has the texts that `fact` returned for all records, each once, in order. `former`
        has the paths of files that were written before. They are returned even if no record needs
        them any more.
        """
        return NO_FILES
