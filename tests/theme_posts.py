"""Build sites of Hexo themes from odd records and one post of the blog's owner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lxml.html

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import HexoLayout
from ingest.outputs.rights import apply_rights
from ingest.values import Author, Record
from tests.hexo import Hexo
from tests.support import make_record

OWNER = "站长张三"
OWN = "own/index.html"
_OWN_POST = """---
title: 站长自己的文章
date: 2020-01-01 08:00:00
---
站长自己写的文章。
"""

# Each site has a comment system, so that a test can check that records turn it off.
_DISQUS = {"enable": True, "shortname": "guidang-test"}
_GISCUS = {"repo": "a/b", "repo-id": "x", "category": "c", "category-id": "y"}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "volantis": {"comments": {"service": "giscus", "giscus": _GISCUS}},
    "butterfly": {"comments": {"use": "Disqus"}, "disqus": _DISQUS},
    "fluid": {"post": {"comments": {"enable": True, "type": "disqus"}}, "disqus": _DISQUS},
    "next": {"disqus": _DISQUS, "creative_commons": {"post": True}},
    "redefine": {"comment": {"enable": True, "system": "waline"}},
    "keep": {"comment": {"enable": True, "use": "disqus", "disqus": _DISQUS}},
    "icarus": {
        "comment": {"type": "disqus", "shortname": "guidang-test"},
        "article": {"licenses": {"CC": {"url": "https://creativecommons.org/licenses/by/4.0/"}}},
    },
    "stellar": {"comments": {"service": "giscus", "giscus": _GISCUS}},
    "landscape": {"disqus_shortname": "guidang-test"},
}
_COMMENTS = (
    '//*[@id="comments" or @id="post-comment" or @id="disqus_thread" or @id="waline"'
    ' or contains(@class, "comments-container")]'
)

_TABLE = (
    '<h2 id="a">数据</h2>\n<table><thead><tr><th>年</th><th>量</th></tr></thead>'
    "<tbody><tr><td>2024</td><td>12</td></tr></tbody></table>\n"
    '<h2 id="b">代码</h2>\n<pre><code>for x in y:\n\n    print("{{ x }}")</code></pre>\n'
    "<p>行内 <code>a &lt; b</code> 与公式。</p>"
)
_LONG = "<p>" + "老旧小区加装电梯可以提取公积金，手续比以前少了一半。" * 30 + "结尾。</p>"
_ODD: Mapping[str, Mapping[str, Any]] = {
    "signs": {"title": "……《》——"},
    "format": {
        "title": "涨了 100%：\"引号\" 'x' {{ 7*7 }} %s",
        "html": "<p>{{ 7*7 }} 100%</p>",
        "tags": ("涨 5%", "%s"),
    },
    "long": {"title": "江海大桥合龙两岸车程由一个半小时缩短到十二分钟" * 6, "html": _LONG},
    "no-picture": {"lead_image": None},
    "no-author": {"authors": ()},
    "several": {"authors": (Author(name="周晓岚"), Author(name="何一鸣"), Author(name="Ann O'x"))},
    "owner": {"authors": (Author(name=OWNER),)},
    "rtl": {
        "title": "الجسر الجديد يختصر الطريق",
        "html": '<p dir="rtl">افتتح الجسر اليوم.</p>',
        "authors": (Author(name="ليلى"),),
        "language": "ar",
    },
    "table": {"html": _TABLE, "authors": (Author(name="constructor"),)},
    "many-tags": {"tags": tuple(f"标签{number}" for number in range(80))},
    "empty": {"html": "", "authors": (Author(name="36"),)},
    "noindex": {"noindex": True},
    "excerpt": {"excerpt_only": True},
    "latin-1": {"link": "https://news.example.cn/%B9%FA?a=1&b=(2)"},
}
_USUAL: Mapping[str, Any] = {
    "authors": (Author(name="周晓岚"),),
    "feed_categories": ("新媒体", "江海新闻"),
    "language": "zh",
    "html": _LONG,
}
NAMES = tuple(_ODD)


def record_of(name: str) -> Record:
    """Return the odd record with a name; its picture and its link contain the name."""
    number = NAMES.index(name)
    fields = {
        "entry_id": number,
        "title": f"第 {number} 篇",
        "lead_image": f"https://img.example.cn/{name}.jpg?w=770&h=(9)",
        "link": f"https://news.example.cn/{name}.html?a=1&b=2",
        "guid": name,
    }
    return apply_rights(make_record(**(fields | _USUAL | _ODD[name])), ArchiveConfig())


def build(themes: Hexo, theme: str) -> Path:
    """Build a site of the theme from all odd records; return the folder of its pages."""
    layout = HexoLayout(ArchiveConfig(profile=theme, date_style="local"))
    folder = themes.new_folder()
    facts: set[str | None] = set()
    for name in NAMES:
        (folder / f"{name}.md").write_bytes(layout.render(record_of(name)))
        facts.add(layout.fact(record_of(name)))
    (folder / "own.md").write_text(_OWN_POST, encoding="utf-8")
    files = layout.site_files(sorted(filter(None, facts))).items()
    settings = {"theme": theme, "author": OWNER, "theme_config": SETTINGS[theme]}
    pages = {path: content.decode() for path, content in files}
    return themes.build(folder, {**settings, "index_generator": {"per_page": 0}}, pages=pages)


def author_of(name: str) -> str:
    """Return the author that a page of the record must show."""
    record = record_of(name)
    return "、".join(author.name for author in record.authors) or record.feed_categories[1]


class Page:
    """A built page; `tree` is its HTML without scripts and styles."""

    def __init__(self, public: Path, path: str) -> None:
        self.tree = lxml.html.document_fromstring((public / path).read_text("utf-8"))
        for element in self.tree.xpath("//script|//style|//noscript|//template"):
            element.drop_tree()

    @property
    def text(self) -> str:
        """Return the text of the body, with white space as single spaces."""
        return " ".join(self.tree.body.text_content().split())

    @property
    def attributes(self) -> str:
        """Return the values of all attributes in the body."""
        return " ".join(self.tree.body.xpath(".//@*"))

    @property
    def links(self) -> list[str]:
        """Return the addresses of all links in the body."""
        return [str(url) for url in self.tree.body.xpath(".//a/@href")]

    @property
    def licences(self) -> list[str]:
        """Return the Creative Commons licences that the body links to."""
        return [url for url in self.links if "creativecommons.org" in url]

    @property
    def is_listed(self) -> bool:
        """Return whether search engines may list the page."""
        robots = self.tree.xpath("/html/head/meta[@name='robots']/@content")
        return not any("noindex" in one for one in robots)

    @property
    def has_comments(self) -> bool:
        """Return whether the page has a section for comments."""
        return bool(self.tree.xpath(_COMMENTS))
