"""What a reader sees on pages that real themes build from the posts of their profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.outputs.hexo import HexoLayout
from tests.hexo import Hexo
from tests.theme_posts import NAMES, OWN, OWNER, Page, author_of, build, record_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

# These sites have a licence of the blogger's below each post, unless a key prevents it.
WITH_LICENCE = {"butterfly", "fluid", "icarus", "next", "redefine", "stellar"}


# These themes know `<meta name="robots">`.
WITH_ROBOTS = {"next", "redefine", "stellar", "volantis"}


@pytest.fixture(scope="module", params=sorted(HexoLayout.profiles))
def theme(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def public(theme: str, themes: Hexo) -> Path:
    return build(themes, theme)


def post_of(public: Path, name: str) -> Page:
    return Page(public, f"{name}/index.html")


def test_each_post_has_its_title_its_author_and_a_link_to_the_original(
    theme: str, public: Path
) -> None:
    for name in NAMES:
        post, record = post_of(public, name), record_of(name)
        title = (
            record.title if theme not in {"redefine", "keep"} else record.title.replace("%", "％")
        )
        assert title in post.text, name
        assert author_of(name) in post.text, name
        assert record.link in post.links, name


def test_no_post_is_credited_to_the_owner_or_put_under_a_licence(theme: str, public: Path) -> None:
    every_page = Page(public, "archives/index.html")
    has_licence = len(Page(public, OWN).licences) > len(every_page.licences)
    assert has_licence == (theme in WITH_LICENCE)
    for name in NAMES:
        post = post_of(public, name)
        assert len(post.licences) <= len(every_page.licences), name
        if author_of(name) != OWNER:
            assert post.text.count(OWNER) <= every_page.text.count(OWNER), name


def test_only_a_post_with_a_picture_shows_one(theme: str, public: Path) -> None:
    index = Page(public, "index.html")
    for name in NAMES:
        has_picture = record_of(name).lead_image is not None
        picture = f"https://img.example.cn/{name}.jpg"
        assert (picture in post_of(public, name).attributes) == has_picture, name
        assert (picture in index.attributes) == has_picture, name


def test_comments_are_off_for_records_only(public: Path) -> None:
    assert Page(public, OWN).has_comments
    assert [name for name in NAMES if post_of(public, name).has_comments] == []


def test_the_index_has_the_beginnings_of_the_texts(public: Path) -> None:
    index = Page(public, "index.html").text
    assert "老旧小区加装电梯可以提取公积金" in index
    assert "结尾" not in index


def test_search_engines_are_asked_not_to_list_a_post_if_the_theme_can(
    theme: str, public: Path
) -> None:
    listed = {name for name in NAMES if post_of(public, name).is_listed}
    assert set(NAMES) - listed == ({"noindex"} if theme in WITH_ROBOTS else set())


def test_an_excerpt_has_the_beginning_of_the_text(public: Path) -> None:
    post = post_of(public, "excerpt")
    assert "老旧小区加装电梯可以提取公积金" in post.text
    assert "结尾" not in post.text


def test_the_owners_post_stays_the_owners(public: Path) -> None:
    own = Page(public, OWN).tree.body
    credited = own.xpath(".//*[contains(concat(' ', @class, ' '), ' author ')]")
    named = {" ".join(one.text_content().split()) for one in credited}
    assert not named & {author_of(name) for name in NAMES if name != "owner"}


def test_odd_text_reaches_the_page_unchanged(public: Path) -> None:
    text = post_of(public, "format").text
    assert "{{ 7*7 }} 100%" in text
    code = post_of(public, "table").tree.xpath("//pre//text()")
    assert 'print("{{ x }}")' in "".join(code)
