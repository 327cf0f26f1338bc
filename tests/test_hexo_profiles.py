"""The front matter that each profile writes for its theme."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import HexoLayout
from ingest.values import Author
from tests.support import make_record

GOLDEN = Path(__file__).parent / "data/hexo/profiles"
HEADINGS = '<h2 id="a">一</h2>\n<p>甲。</p>\n<h2 id="b">二</h2>\n<p>乙。</p>'


def render(profile: str, **changes: Any) -> str:
    return HexoLayout(ArchiveConfig(profile=profile)).render(make_record(**changes)).decode()


def front_matter(profile: str, **changes: Any) -> dict[str, Any]:
    read = yaml.safe_load(render(profile, **changes).split("---\n")[1])
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("profile", HexoLayout.profiles)
def test_a_profile_writes_the_keys_of_its_theme(profile: str) -> None:
    text = render(
        profile,
        feed_categories=("新媒体", "江海 半岛网"),
        authors=(Author(name="周晓岚", url="https://news.example.cn/zhou"),),
        tags=("房产",),
        language="zh",
    )
    assert text == (GOLDEN / f"{profile}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("profile", HexoLayout.profiles)
def test_a_post_without_picture_author_or_link_has_no_empty_keys(profile: str) -> None:
    keys = front_matter(profile, lead_image=None, link=None, html="", feed_url="rsshub://a/b")
    assert None not in keys.values()
    assert "" not in keys.values()
    assert "description" not in keys
    pictures = {"cover", "top_img", "banner", "thumbnail", "headimg", "photos", "index_img"}
    assert {keys[key] for key in pictures & set(keys)} == (
        {False} if profile == "butterfly" else set()
    )


@pytest.mark.parametrize(
    ("profile", "changes", "key", "value"),
    [
        ("redefine", {"title": "涨了 100%"}, "title", "涨了 100％"),
        ("keep", {"title": "涨了 100%"}, "title", "涨了 100％"),
        ("redefine", {"html": "<p># *a* [b](c)</p>"}, "excerpt", r"\# \*a\* \[b\]\(c\)"),
        ("butterfly", {"html": HEADINGS}, "toc", True),
        ("butterfly", {"html": HEADINGS.replace(' id="b"', "")}, "toc", False),
        ("next", {"html": HEADINGS}, "toc", None),
        ("next", {}, "toc", {"enable": False}),
        ("next", {"html": '<p><img src="https://img.example.cn/1.jpg?w=1"></p>'}, "photos", None),
        ("icarus", {"language": "en"}, "comment", False),
        ("fluid", {"language": "en"}, "license", "© the author."),
        ("fluid", {"language": "zh-Hant"}, "license", "版权归原作者所有。"),
        ("butterfly", {"link": None}, "copyright_url", "https://news.example.cn/feed.xml"),
        ("butterfly", {"link": "https://a.example.cn/%B9%FA"}, "copyright_url", None),
        ("butterfly", {"link": "javascript:alert(1)", "feed_url": "x:"}, "copyright_url", None),
        ("stellar", {"lead_image": "a.jpg"}, "cover", "/a.jpg"),
        (
            "stellar",
            {"title": "[甲](乙)_*"},
            "references",
            [r"[原文：\[甲\]\(乙\)\_\*](<https://news.example.cn/a/1.html>)"],
        ),
        (
            "landscape",
            {"html": '<p>a "b" &lt;i&gt; &amp;lt;</p>'},
            "excerpt",
            "a ＂b＂ ＜i> ＆lt;",
        ),
    ],
)
def test_a_key_suits_its_theme(
    profile: str, changes: dict[str, Any], key: str, value: object
) -> None:
    changes = {"lead_image": "https://img.example.cn/1.jpg?w=1"} | changes
    assert front_matter(profile, **changes).get(key) == value


@pytest.mark.parametrize("profile", ["volantis", "stellar"])
@pytest.mark.parametrize(
    ("author", "key"),
    [
        ("周晓岚", "周晓岚"),
        ("Li Lei·韩", "Li Lei·韩"),
        ("36", "36-76a50887"),
        ("constructor", "constructor-e3c1703a"),
        ("__proto__", "proto-30e2af38"),
        ("../x", "x-d6b96a97"),
        ("%", "author-bbf3f11c"),
        ("甲" * 99, "甲" * 20 + "-e608e227"),
    ],
)
def test_an_author_is_a_key_of_the_data_file(profile: str, author: str, key: str) -> None:
    layout = HexoLayout(ArchiveConfig(profile=profile))
    record = make_record(authors=(Author(name=author),))
    (file,) = layout.site_files([str(layout.fact(record))]).values()
    assert front_matter(profile, authors=record.authors)["author"] == key
    assert yaml.safe_load(file)[key]["name"] == author


def test_all_entries_of_an_author_have_one_fact() -> None:
    layout = HexoLayout(ArchiveConfig(profile="volantis"))
    links = [f"https://news.example.cn/a/{number}.html" for number in range(3)]
    facts = {layout.fact(make_record(link=link)) for link in links}
    assert facts == {'["_data/author.yml", "江海新闻", "https://news.example.cn/"]'}


@pytest.mark.parametrize(
    ("folder", "sources"),
    [
        ("/blog/source/_posts", "/blog/source"),
        ("/blog/source/_posts/news", "/blog/source"),
        ("/blog/news", None),
    ],
)
def test_the_data_file_is_beside_the_folder_of_posts(folder: str, sources: str | None) -> None:
    site = HexoLayout(ArchiveConfig(profile="stellar")).site_of(PurePosixPath(folder))
    assert site == (sources and PurePosixPath(sources))


@pytest.mark.parametrize(
    ("template", "path", "folder", "file"),
    [
        ("{feed}/{id}.md", "feed/1.md", "blog", None),
        ("source/_posts/{id}.md", "source/_posts/1.md", "blog", "source/_data/authors.yml"),
        ("_posts/{id}.md", "2024/_posts/1.md", "blog", "2024/_data/authors.yml"),
        ("_posts/{id}.md", "old/1.md", "blog", "_data/authors.yml"),
        ("{year}/{id}.md", "2024/1.md", "blog/_posts", "_data/authors.yml"),
    ],
)
def test_each_site_of_a_split_output_has_its_data_file(
    template: str, path: str, folder: str, file: str | None
) -> None:
    layout = HexoLayout(ArchiveConfig(profile="stellar", template=template))
    files = layout.site_files([str(layout.fact(make_record(path=path)))])
    assert layout.site_of(PurePosixPath(folder)) == (file and PurePosixPath("blog"))
    assert file is None or list(files) == [file]


def test_a_data_file_without_authors_is_written_anew() -> None:
    former = ("_data/author.yml", "2024/_data/authors.yml")
    files = HexoLayout(ArchiveConfig(profile="stellar")).site_files([], former)
    assert {path: list(yaml.safe_load(file)) for path, file in files.items()} == {
        "2024/_data/authors.yml": ["guidang"]
    }


def test_a_post_without_an_author_is_by_nobody_in_stellar() -> None:
    layout = HexoLayout(ArchiveConfig(profile="stellar"))
    (file,) = layout.site_files([str(layout.fact(make_record()))]).values()
    assert next(iter(yaml.safe_load(file).values()))["name"] == ""


@pytest.mark.parametrize("profile", ["", "butterfly", "next"])
def test_other_themes_need_no_data_file(profile: str) -> None:
    layout = HexoLayout(ArchiveConfig(profile=profile))
    assert layout.fact(make_record()) is None
    assert layout.site_files([]) == {}
