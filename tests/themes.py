"""Build sites of real themes from records with hostile fields, and find scripts that run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import HexoLayout
from ingest.values import Author, Record
from tests.browser import Pages, read_site
from tests.hexo import Hexo
from tests.support import make_record

_LIST = "---\ntitle: 全部\ntype: {0}\ntemplate: {0}\nlayout: {1}\n---\n"
_TAGS = {"tags/index.md": _LIST.format("tags", "page")}
# Pages that list all tags, for the themes that have such pages.
_LISTS = {
    "butterfly": _TAGS,
    "next": _TAGS,
    "redefine": _TAGS,
    "volantis": {"all/index.md": _LIST.format("tags", "tag")},
}


def find_hostile_markup(themes: Hexo, theme: str, texts: Sequence[str], *, show: bool) -> list[str]:
    """Build a site with these texts and a site with harmless texts; list what only the first has.

    With `show`, the browser also shows the pages of the posts and runs their scripts.
    """
    # In the theme Volantis, a quote ends an attribute. Without a `=` after it, this is harmless.
    plain = [f"文字 {number}" + '"' * (number % 2) for number in range(len(texts))]
    posts = [f"p{number}/index.html" for number in range(len(texts))]
    shown = ["index.html", *posts] if show else []
    harmless = read_site(_build(themes, theme, plain))
    hostile = read_site(_build(themes, theme, texts), shown=shown)
    missing = [f"{page}: not built" for page in posts if page not in hostile.pages]
    return [*missing, *_only_in_second(harmless, hostile)]


def _build(themes: Hexo, theme: str, texts: Sequence[str]) -> Path:
    """Build a site with one post for each text; the text is in all fields of the post."""
    layout = HexoLayout(ArchiveConfig(profile=theme))
    folder = themes.new_folder()
    facts: set[str | None] = set()
    for number, text in enumerate(texts):
        record = _record_of(number, text)
        (folder / f"p{number}.md").write_bytes(layout.render(record))
        facts.add(layout.fact(record))
    files = layout.site_files(sorted(filter(None, facts))).items()
    pages = {path: content.decode() for path, content in files}
    return themes.build(folder, {"theme": theme}, pages=pages | _LISTS.get(theme, {}))


def _record_of(number: int, text: str) -> Record:
    return make_record(
        title=text,
        authors=(Author(name=text, url=f"https://news.example.cn/{number}?{text}"),),
        tags=(f"{number}{text}", text),
        feed_categories=(f"c{number}", text, f"{number}{text}"),
        lead_image=f"https://img.example.cn/{number}.jpg?{text}",
        link=f"https://news.example.cn/{number}?{text}",
        guid=text,
        html=f"<p>{escape(text)}</p>",
    )


def _only_in_second(harmless: Pages, hostile: Pages) -> Iterator[str]:
    """Yield elements with attributes, and scripts, that no page of the harmless site has."""
    kinds = {_parts(kind) for page in harmless.pages.values() for kind in page.kinds}
    scripts = {_code_of(script) for page in harmless.pages.values() for script in page.scripts}
    for path, page in hostile.pages.items():
        for kind in page.kinds:
            if not any(_parts(kind) <= one for one in kinds):
                yield f"{path}: {kind}"
        for script in page.scripts:
            if _code_of(script) not in scripts:
                yield f"{path}: script {script[:200]}"
    yield from (f"{path}: ran" for path in hostile.with_run_scripts)


def _parts(kind: str) -> frozenset[str]:
    name, *attributes = kind.split(" ")
    return frozenset([f"<{name}", *attributes])


def _code_of(script: str) -> str:
    """Return a script without its numbers and the content of strings in single quotes.

    The theme Volantis writes the time of the build into a script, and Butterfly the page's title.
    """
    return re.sub(r"\d+", "0", re.sub(r"'(?:\\.|[^'\\\n])*'", "''", script))
