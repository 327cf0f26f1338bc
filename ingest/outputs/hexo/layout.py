"""Write records as posts for Hexo."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath

from ingest.outputs.body import body_of
from ingest.outputs.hexo.credits import data_files, fact_of
from ingest.outputs.hexo.places import category_places
from ingest.outputs.hexo.post import Post
from ingest.outputs.hexo.profiles import PROFILES
from ingest.outputs.hexo.yaml import flow, line, quoted
from ingest.outputs.layout import NOTHING_APART, Layout, Names, Options
from ingest.outputs.names import category_names, tag_names
from ingest.outputs.own_keys import OwnValue, with_own_keys
from ingest.outputs.picture_place import PicturePlace
from ingest.values import Record

_POSTS = "_posts"  # Hexo's folder of posts, within its source folder


class HexoLayout(Layout):
    """The default layout."""

    name = "hexo"
    form = 4
    profiles = tuple(filter(None, PROFILES))
    pictures = PicturePlace(beside="_posts", address="/pictures/")

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._profile = PROFILES[options.profile]

    def names(
        self, record: Record, written: Names, *, guess: bool = False
    ) -> Iterator[tuple[str, str]]:
        """Yield pairs: the folder of a page, and the category or tag to which the page belongs.

        The categories come first.
        """
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
        """Return Hexo's source folder, if the theme looks up authors in a data file.

        This is the folder that contains `_posts`. If only the template of paths contains `_posts`,
        there may be several sites; then return `folder`.
        """
        if not self._profile.data_file:
            return None
        posts = (one for one in (folder, *folder.parents) if one.name == _POSTS)
        several = folder if _POSTS in self._options.template.split("/") else None
        return next((one.parent for one in posts), several)

    def fact(self, record: Record) -> str | None:
        """Return the author's name and page, and the path of the data file for them, as JSON.

        Return None if the theme does not look up authors in a data file.
        """
        if not self._profile.data_file:
            return None
        post = Post(record, self._options, NOTHING_APART)
        place, posts, _ = f"/{record.path}".partition(f"/{_POSTS}/")
        path = f"{place}/{self._profile.data_file}" if posts else self._profile.data_file
        return fact_of(path.removeprefix("/"), post.author, post.author_site)

    def site_files(self, facts: Sequence[str], former: Collection[str] = ()) -> Mapping[str, bytes]:
        """Return the data file of each site by path: the authors and their pages.

        Return nothing if the theme reads no such file.
        """
        name = self._profile.data_file
        return data_files(facts, [path for path in former if path.endswith(name)]) if name else {}


def _own(value: OwnValue) -> str:
    """Return a value of the user's own key as YAML, to put after the colon.

    Return an empty string if the key has no value.
    """
    if isinstance(value, tuple):
        return "".join(f"\n - {quoted(text)}" for text in value if text.strip())
    if isinstance(value, str) and not value.strip():
        return ""
    return f" {flow(value)}"
