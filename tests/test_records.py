"""Records with front matter: which files count as records, and which fields are read."""

from __future__ import annotations

import pytest

from ingest.reading.records.front_matter import BrokenRecordError, NoRecordError, split_front_matter
from ingest.reading.records.record_body import body_as_html, local_pictures
from ingest.reading.records.records import read_record

TITLED = {"title": "旧文"}

# Forms that hexo-front-matter 4.2.1 accepts, and the ends that Jekyll and Pandoc use.
TAKEN = [
    ("---\ntitle: 旧文\n---\n正文", TITLED, "正文"),
    ("title: 旧文\n---\n正文", TITLED, "正文"),
    ("\n\ntitle: 旧文\n---\n正文", TITLED, "正文"),
    ("title: 旧文\r\n---\r\n正文", TITLED, "正文"),
    ("title: 旧文\n-----\n正文", TITLED, "正文"),
    ('"title": "旧文"\n;;;\n正文', TITLED, "正文"),
    (';;;\n"title": "旧文"\n;;;\n正文', TITLED, "正文"),
    ("-----\ntitle: 旧文\n-----\n正文", TITLED, "正文"),
    ("---\ntitle: 旧文\n...\n正文", TITLED, "正文"),
    ("\ufeff---\ntitle: 旧文\n---", TITLED, ""),
    ("title: 旧文\ntags:\n\t- 桥\n---\n", TITLED | {"tags": ["桥"]}, ""),
    ('+++\r\ntitle = "旧文"\r\n+++\r\n正文', TITLED, "正文"),
    ('{"title": "旧文"}\n正文', TITLED, "\n正文"),
    ("---\n---\n正文", {}, "正文"),
]


@pytest.mark.parametrize(("text", "fields", "body"), TAKEN)
def test_front_matter_is_split_from_the_body(
    text: str, fields: dict[str, object], body: str
) -> None:
    assert split_front_matter(text) == (fields, body)


@pytest.mark.parametrize(
    "text",
    [
        "只有正文。",
        "# 说明\n\n一段\n---\n另一段",
        "一个标题\n---\n它下面的话",
        "注意: 这是一句话\n---\n它下面的话",
        "<p>title: 旧文</p>\n---\n正文",
        "title: 旧文\n没有结尾",
    ],
)
def test_other_text_is_not_front_matter(text: str) -> None:
    with pytest.raises(NoRecordError) as caught:
        split_front_matter(text)
    assert not isinstance(caught.value, BrokenRecordError)


@pytest.mark.parametrize(
    "text",
    ["+++\ntitle = 旧文\n+++\n", ';;;\n"title"\n;;;\n', f"---\na: {'长' * 300_000}\n---\n"],
)
def test_invalid_front_matter_is_reported_as_broken(text: str) -> None:
    with pytest.raises(BrokenRecordError):
        split_front_matter(text)


@pytest.mark.parametrize(
    ("name", "front", "tags", "categories"),
    [
        ("a.md", "tags: alpha beta", ("alpha", "beta"), ()),
        ("a.md", "tags: 桥, 江海", ("桥", "江海"), ()),
        ("a.md", "tags: 桥、江海大桥", ("桥", "江海大桥"), ()),
        ("a.md", "tags: 'machine learning'", ("machine learning",), ()),
        ("a.md", "tag: 桥\ncategory: 随笔 杂谈", ("桥",), ("随笔 杂谈",)),
        ("2014-03-01-a.md", "categories: jekyll update", (), ("jekyll", "update")),
        ("a.md", "Tags: [桥]\nCategories: [随笔]", ("桥",), ("随笔",)),
    ],
)
def test_tags_and_categories_are_read(
    name: str, front: str, tags: tuple[str, ...], categories: tuple[str, ...]
) -> None:
    record = read_record(f"---\ntitle: 旧文\n{front}\n---\ntags: '别的'\n", name)
    assert (record.entry.categories, record.categories) == (tags, categories)


@pytest.mark.parametrize(
    ("name", "front", "date"),
    [
        ("2014-03-01-a.md", "", "2014-03-01"),
        ("post/2014-03-01-a/index.md", "", "2014-03-01"),
        ("a.md", "pubDate: 2014-03-01", "2014-03-01"),
        ("a.md", "publishDate: 2014-03-01", "2014-03-01"),
    ],
)
def test_dates_are_read_from_the_fields_of_other_generators(
    name: str, front: str, date: str
) -> None:
    assert read_record(f"---\ntitle: 旧文\n{front}\n---\n", name).entry.published == date


@pytest.mark.parametrize(
    ("name", "front", "reason"),
    [
        ("a.md", "draft: true", "draft"),
        ("a.md", "draft: 'Yes'", "draft"),
        ("a.md", "published: false", "published: false"),
        ("a.md", "status: private", "private"),
        ("a.md", "private: true", "private"),
        ("a.md", "password: 桥", "password"),
        ("a.md", "published: n", "published: false"),
        ("site/source/_drafts/a.md", "", "folder of drafts"),
        ("site\\source\\_drafts\\a.md", "", "folder of drafts"),
        ("content/_index.md", "", "section"),
        ("content/posts/_index.zh.md", "", "section"),
        ("scaffolds/post.md", "", "template"),
        ("archetypes/default.md", "", "template"),
        ("_layouts/post.html", "", "template"),
        ("a.md", "title: '{{ title }}'", "template"),
        ("a.md", "draft: false\npublished: true\npassword: ''\nstatus: publish", None),
        ("a.md", "published: 2014-03-01", None),
        ("drafts-of-mine/a.md", "", None),
    ],
)
def test_drafts_and_hidden_records_are_unpublished(
    name: str, front: str, reason: str | None
) -> None:
    withheld = read_record(f"---\nauthor: 山人\n{front}\n---\n正文", name).withheld
    assert (reason in withheld) if reason and withheld else withheld == reason


def test_the_code_of_mdx_is_removed() -> None:
    body = (
        'import Chart from "../chart"\n\n正文。{/* 一句\n旁白 */}\n\n'
        "```js\nimport kept from 'code'\n```\n\nexport const year = 2014\n\n完。"
    )
    html = body_as_html(body, "a.mdx")
    assert "import kept" in html
    assert [word in html for word in ("Chart", "旁白", "year")] == [False] * 3
    assert "正文。" in html
    assert "完。" in html
    assert "import Chart" in body_as_html(body, "a.md")


def test_pictures_that_are_files_beside_a_record_are_dropped() -> None:
    body = '![](a.jpg) ![](https://img.example.cn/b.jpg) <img src="图/c.png"> ![](data:image/png,)'
    html = body_as_html(body + ' {% asset_img d.png 600 "题" "说明" %}', "a.md")
    assert 'alt="说明"' in html
    assert list(local_pictures(html, ["/e.jpg", "https://img.example.cn/f.jpg"])) == [
        *("/e.jpg", "a.jpg", "d.png", "图/c.png")
    ]


@pytest.mark.parametrize(
    ("tag", "picture"),
    [
        ("{% asset_img d.png %}", '<img src="d.png" alt="" />'),
        (
            '{% asset_img left big d.png 600 50% \'"题" "说明"\' %}',
            '<img src="d.png" alt="说明" />',
        ),
        (
            '{% asset_img "山 水.png" "说明" %}',
            '<img src="%E5%B1%B1%20%E6%B0%B4.png" alt="说明" />',
        ),
        ("{% asset_img {% asset_img d.png %}", '{% asset_img <img src="d.png" alt="" />'),
        ("{% asset_img none %}", "{% asset_img none %}"),
    ],
)
def test_the_picture_tags_of_hexo_are_read(tag: str, picture: str) -> None:
    assert body_as_html(tag, "a.md") == f"<p>{picture}</p>\n"


@pytest.mark.parametrize("piece", ["{/*", "*/}{/*", "{% asset_img ", "a.", "import \n"])
@pytest.mark.timeout(120)
def test_bodies_of_hostile_records_take_linear_time(piece: str) -> None:
    assert body_as_html("{% asset_img " + piece * (300_000 // len(piece)), "a.mdx")


def test_recursive_yaml_aliases_are_bounded() -> None:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
        for last, this in zip("abcdefgh", "bcdefghi", strict=True)
    )
    record = read_record(f"---\n{laughs}tags: *i\n---\n", "a.md")
    assert len(record.entry.categories) <= 1000
