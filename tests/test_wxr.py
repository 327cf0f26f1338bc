"""A WordPress export: its published posts are imported as WordPress would show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.reading.records.autop import paragraphs
from ingest.reading.records.shortcodes import rendered
from ingest.reading.records.wxr import is_wxr, posts_of_export
from tests.program import Program
from tests.test_backfill import make_program, stored_titles

EXPORT = Path(__file__).parent / "data" / "backfill" / "wordpress-export.xml"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return make_program(tmp_path, "", "", "https://hill.example.cn/feed/")


def test_published_posts_are_imported_and_the_others_listed(program: Program) -> None:
    said = program.good("backfill", "--from", str(EXPORT), "--feed", "1")
    assert stored_titles(program) == ["块", "雨后"]
    for one in (
        *("1 × attachment (a)", "1 × draft post (草稿)", "1 × nav_menu_item (首页)"),
        *("1 × page (关于)", "1 × post with a password (加密)", "1 × private post (私密)"),
        "1 × comment (客)",
    ):
        assert one in said


def test_a_post_is_imported_as_its_site_shows_it(program: Program) -> None:
    program.good("backfill", "--from", str(EXPORT), "--feed", "1")
    listed = json.loads(program.good("entries", "list", "--json"))
    (number,) = (str(one["id"]) for one in listed if one["title"] == "雨后")
    post = json.loads(program.good("entries", "show", number, "--json"))
    assert "<p>第一段，山路弯弯。</p>\n<p>第二段第一行。<br>\n第二段第二行。</p>" in post["html"]
    assert "<figcaption>山</figcaption>" in post["html"]
    assert [author["name"] for author in post["authors"]] == ["山人"]
    assert post["lead_image"] == "https://hill.example.cn/a-full.jpg"
    assert post["published_at"] == "2024-05-01T02:00:00+00:00"
    assert post["categories"] == ["随笔", "雨"]  # the format of the post is not a category


def test_unpublished_posts_are_imported_on_request(program: Program) -> None:
    program.good("backfill", "--from", str(EXPORT), "--feed", "1", "--drafts")
    assert stored_titles(program) == sorted(["块", "雨后", "草稿", "私密", "加密"])


def test_an_export_with_control_characters_and_a_long_head_loses_nothing() -> None:
    export = EXPORT.read_text("utf-8").replace("第一段，", "第一段\x0b，")
    export = export.replace("<rss", f"<!-- {'x' * 9000} -->\n<rss", 1)
    assert is_wxr(export.encode())
    posts = posts_of_export(export.encode(), drafts=False).feed.decode()
    assert "第一段，山路弯弯。" in posts
    assert "草稿" not in posts


_ITEM_AT_END = """<item><title>末篇</title><link>https://hill.example.cn/z/</link><content:encoded>
<![CDATA[末篇的话]]></content:encoded><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<wp:post_password></wp:post_password><category domain="post_tag"><![CDATA[雨]]></category></item>"""


@pytest.mark.parametrize(
    ("cut_at", "expected"),
    [
        ("</channel>", ["块", "雨后"]),
        ("的话</p>\n<!-- /wp", ["雨后"]),  # the status is missing
        ("<item><title>关于", ["雨后"]),
        ('<category domain="post_tag"><![CDATA[雨', ["块", "末篇", "雨后"]),
    ],
)
def test_a_truncated_export_is_imported_up_to_the_damage(
    program: Program, tmp_path: Path, cut_at: str, expected: list[str]
) -> None:
    export = EXPORT.read_text("utf-8")
    if "末篇" in expected:
        export = export.replace("</channel>", f"{_ITEM_AT_END}</channel>")
    file = tmp_path / "cut.xml"
    file.write_text(export[: export.rindex(cut_at)], "utf-8")
    done = program.run("backfill", "--from", str(file), "--feed", "1")
    assert done.code == 1
    assert "the export is cut off: " in done.out
    assert stored_titles(program) == expected


def test_shortcodes_become_the_pictures_and_players_named_in_the_export() -> None:
    pictures = {"3": "https://hill.example.cn/a.jpg", "4": "https://hill.example.cn/b.jpg"}
    a, b = (f'<img src="{url}">' for url in pictures.values())
    for text, html in (
        ('[gallery ids="4,3" size="full"]', f"<figure>{b}{a}</figure>"),
        ("[gallery]", f"<figure>{a}</figure>"),
        ('[gallery ids="3,9"]', f'<figure>{a}</figure>\n\n[gallery ids="9"]'),
        ('[gallery ids="9"]', '[gallery ids="9"]'),
        ("<code>[gallery]</code>，[[gallery]]", "<code>[gallery]</code>，[[gallery]]"),
        (
            '[embed width="640"]https://www.youtube.com/watch?v=aB-cdefgh12[/embed]',
            '<iframe src="https://www.youtube.com/watch?v=aB-cdefgh12"></iframe>',
        ),
        (
            '[audio mp3="https://hill.example.cn/s.mp3"][/audio]',
            '<audio controls src="https://hill.example.cn/s.mp3"></audio>',
        ),
        (
            '[caption id="x" caption="山"]<img src="a">[/caption]',
            '<figure><img src="a"><figcaption>山</figcaption></figure>',
        ),
    ):
        assert rendered(text, pictures=pictures, attached=["3"]).strip() == html


# The results of @wordpress/autop 4, apart from white space.
@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("一\n\n二", "<p>一</p><p>二</p>"),
        ("一\r\n二", "<p>一<br>二</p>"),
        ("一\n<h2>题</h2>\n二", "<p>一</p><h2>题</h2><p>二</p>"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n后", "<ul><li>a</li><li>b</li></ul><p>后</p>"),
        (
            "<blockquote>引文\n\n第二段</blockquote>\n后",
            "<blockquote><p>引文</p><p>第二段</p></blockquote><p>后</p>",
        ),
        ("<p>已有</p>\n<p>二</p>", "<p>已有</p><p>二</p>"),
        ("<div>a\n\nb</div>", "<div>a</p><p>b</p></div>"),
        ("行<br />\n行二", "<p>行<br />行二</p>"),
        ("a<br><br>b", "<p>a</p><p>b</p>"),
        (
            "<figure>\n<img src='a'>\n<figcaption>c</figcaption>\n</figure>",
            "<figure><img src='a'><figcaption>c</figcaption></figure>",
        ),
        ("<!-- wp:paragraph --><p>a</p>", "<!-- wp:paragraph --><p>a</p>"),
    ],
)
def test_paragraphs_are_made_as_by_wordpress(text: str, html: str) -> None:
    assert paragraphs(text).replace("\n", "") == html


def test_lines_of_code_are_unchanged() -> None:
    assert "<pre>\na\n\nb\n</pre>" in paragraphs("前\n<pre>\na\n\nb\n</pre>\n后")


@pytest.mark.parametrize(
    "piece", ["<br><br>", "<pre>", "\n", " ", "[caption]<img>", "[caption ", "<figcaption>\n"]
)
@pytest.mark.timeout(120)
def test_paragraphs_of_hostile_texts_take_linear_time(piece: str) -> None:
    for length in (100_000, 1_500_000):
        assert paragraphs(piece * (length // len(piece))) is not None
