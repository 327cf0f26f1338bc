"""Write records as posts for Hexo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from ingest.outputs.body import body_of
from ingest.outputs.hexo.credits import data_file, fact_of
from ingest.outputs.hexo.places import category_places
from ingest.outputs.hexo.post import Post
from ingest.outputs.hexo.profiles import PROFILES
from ingest.outputs.hexo.yaml import flow, line, quoted
from ingest.outputs.layout import NO_FILES, NOTHING_APART, Layout, Names, Options
from ingest.outputs.names import category_names, tag_names
from ingest.outputs.own_keys import OwnValue, with_own_keys
from ingest.values import Record


class HexoLayout(Layout):
    """The default layout."""

    name = "hexo"
    form = 3
    profiles = tuple(filter(None, PROFILES))

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._profile = PROFILES[options.profile]

    def names(
        self, record: Record, written: Names, *, guess: bool = False
    ) -> Iterator[tuple[str, str]]:
        """Yield the categories, then the tags, each after the folder of its page."""
        categories = category_names(record, self._options.default_category)
        yield from category_places(categories, written, guess=guess)
        yield from (("tags", tag) for tag in tag_names(record))

    @property
    def shows_source(self) -> bool:
        """Whether the theme shows the author, and a link to the original."""
        return self._profile.shows_source

    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Return front matter, a blank line and the body; UTF-8, LF, one newline at the end."""
        lines = self._front_matter(Post(record, self._options, names))
        if own := self.own_keys(record):
            lines = with_own_keys(lines, {key: _own(value) for key, value in own.items()})
        front_matter = "\n".join(lines)
        return f"---\n{front_matter}\n---\n\n{body_of(self.html_of(record))}\n".encode()

    def _front_matter(self, post: Post) -> Iterator[str]:
        for key, value_of in self._profile.keys.items():
            value = value_of(post)
            if value is not None:
                yield line(key, value)

    def site_of(self, folder: PurePath) -> PurePath | None:
        """Return Hexo's source folder, if the theme looks up authors in a data file."""
        if not self._profile.data_file:
            return None
        posts = (one for one in (folder, *folder.parents) if one.name == "_posts")
        return next((one.parent for one in posts), None)

    def facts(self, record: Record) -> Iterator[str]:
        """Yield the author, if the theme looks up authors in a data file."""
        if self._profile.data_file:
            post = Post(record, self._options, NOTHING_APART)
            yield fact_of(post.author, post.author_site)

    def site_files(self, facts: Sequence[str]) -> Mapping[str, bytes]:
        """Return the theme's data file of authors, if it reads one."""
        path = self._profile.data_file
        return {path: data_file(facts)} if path else NO_FILES


def _own(value: OwnValue) -> str:
    """Return the text after the colon of a user's key, or an empty string without a value."""
    if isinstance(value, tuple):
        return "".join(f"\n - {quoted(text)}" for text in value if text.strip())
    if isinstance(value, str) and not value.strip():
        return ""
    return f" {flow(value)}"
