"""Sites of real themes, built of records whose fields are hostile, and what runs there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import HexoLayout
from ingest.values import Author
from tests.browser import Looks, look_at
from tests.hexo import Hexo
from tests.support import make_record

_LIST = "---\ntitle: 全部\ntype: {0}\ntemplate: {0}\nlayout: {1}\n---\n"
_TAGS = {"tags/index.md": _LIST.format("tags", "page")}
PAGES = {
    "next": _TAGS,
    "fluid": {},
    "redefine": _TAGS,
    "volantis": {"all/index.md": _LIST.format("tags", "tag")},
}


def texts_for(theme: str, texts: Sequence[str]) -> list[str]:
    """Leave out what a theme cannot build: redefine takes a title for a format of sprintf."""
    return [text for text in texts if theme != "redefine" or "%" not in text]


def look_at_fields(themes: Hexo, theme: str, texts: Sequence[str], *, show: bool) -> list[str]:
    """Build a site of harmless fields and one of these, and list what only the second one has.

    With `show` the pages of the posts are shown in the browser, their scripts running.
    """
    # A quote without a `=` ends an attribute of volantis, and begins none that has a value.
    plain = [f"文字 {number}" + '"' * (number % 2) for number in range(len(texts))]
    posts = [f"p{number}/index.html" for number in range(len(texts))]
    shown = ["index.html", *posts] if show else []
    harmless = look_at(_build(themes, theme, plain))
    hostile = look_at(_build(themes, theme, texts), shown=shown)
    missing = [f"{page}: not built" for page in posts if page not in hostile.pages]
    return [*missing, *_only_in_second(harmless, hostile)]


def _build(themes: Hexo, theme: str, texts: Sequence[str]) -> Path:
    """Build a site with a post for each text, which stands in all fields of its post."""
    folder = themes.new_folder()
    for number, text in enumerate(texts):
        (folder / f"p{number}.md").write_bytes(_record_of(number, text))
    return themes.build(folder, {"theme": theme}, pages=PAGES[theme])


def _record_of(number: int, text: str) -> bytes:
    record = make_record(
        title=text,
        authors=(Author(name=text),),
        tags=(f"{number}{text}", text),
        feed_categories=(f"c{number}", text, f"{number}{text}"),
        lead_image=f"https://img.example.cn/{number}.jpg?{text}",
        link=f"https://news.example.cn/{number}?{text}",
        guid=text,
    )
    return HexoLayout(ArchiveConfig()).render(record)


def _only_in_second(harmless: Looks, hostile: Looks) -> Iterator[str]:
    """Elements with attributes, and scripts, that no page of harmless fields has."""
    kinds = {_parts(kind) for look in harmless.pages.values() for kind in look.kinds}
    scripts = {_of_any_day(script) for look in harmless.pages.values() for script in look.scripts}
    for path, look in hostile.pages.items():
        for kind in look.kinds:
            if not any(_parts(kind) <= one for one in kinds):
                yield f"{path}: {kind}"
        for script in look.scripts:
            if _of_any_day(script) not in scripts:
                yield f"{path}: script {script[:200]}"
    yield from (f"{path}: ran" for path in hostile.ran)


def _parts(kind: str) -> frozenset[str]:
    name, *attributes = kind.split(" ")
    return frozenset([f"<{name}", *attributes])


def _of_any_day(script: str) -> str:
    """A script without its numbers: volantis writes the time of the build into one."""
    return re.sub(r"\d+", "0", script)
