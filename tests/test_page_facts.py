"""Author and date of an article from JSON-LD, microdata and other machine-readable markup."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from ingest.reading.extract.article import extract_article
from ingest.values import Article

URL = "https://news.example.cn/a/7.html"
PROSE = "".join(
    f"<p>第{n}段说的是渡口的往事：摆渡的人姓周，在这条河上撑了四十年船，直到大桥合龙才上岸。</p>"
    for n in range(8)
)
OWN = {
    "@type": "NewsArticle",
    "url": URL,
    "author": {"name": "何晚舟"},
    "datePublished": "2024-01-05",
}
OTHER = {
    "@type": "NewsArticle",
    "url": "/a/9.html",
    "author": "别人",
    "datePublished": "2024-03-01",
}


def article_of(head: str = "", *, before: str = "", after: str = "") -> Article:
    page = (
        f"<head><title>渡口 - 江海新闻</title>{head}</head><body>"
        f"<article><h1>渡口</h1>{before}<div>{PROSE}</div></article>{after}</body>"
    )
    article = extract_article(page, url=URL)
    assert article is not None
    return article


def script(data: Any) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    ("data", "author", "published"),
    [
        (OWN, "何晚舟", "2024-01-05"),
        ([OTHER, OWN], "何晚舟", "2024-01-05"),
        ({"@graph": [OTHER, OWN]}, "何晚舟", "2024-01-05"),
        ({"@graph": OWN}, "何晚舟", "2024-01-05"),
        ({"@type": "WebPage", "mainEntity": OWN}, "何晚舟", "2024-01-05"),
        # Several articles, none with this page's address: the one with the page's title, or none.
        (
            [OTHER, OTHER | {"url": "/a/8.html", "headline": "渡口", "author": "林间"}],
            "林间",
            "2024-03-01",
        ),
        ([OTHER, OTHER | {"url": "/a/8.html"}], None, None),
        # One article whose address differs from that of the page.
        (OWN | {"url": "https://m.example.cn/7"}, "何晚舟", "2024-01-05"),
        # The name of the author is elsewhere in the graph.
        (
            {
                "@graph": [
                    OWN | {"author": {"@id": "#me"}},
                    {"@type": "Person", "@id": "#me", "name": "林间"},
                ]
            },
            "林间",
            "2024-01-05",
        ),
        (
            OWN | {"author": [{"@type": "Person", "name": "林间"}, {"name": "何晚舟"}]},
            "林间",
            "2024-01-05",
        ),
        (OWN | {"@type": ["http://schema.org/BlogPosting", "Thing"]}, "何晚舟", "2024-01-05"),
        (OWN | {"@type": "schema:TechArticle"}, "何晚舟", "2024-01-05"),
        # A job posting or a web page is not an article.
        (OWN | {"@type": "JobPosting"}, None, None),
        ({"@type": "WebPage", "datePublished": "2024-01-05"}, None, None),
        # The form that Baidu defines has no type.
        (
            {
                "@context": "https://ziyuan.baidu.com/contexts/cambrian.jsonld",
                "@id": URL,
                "pubDate": "2024-01-05T09:30:00",
            },
            None,
            "2024-01-05T09:30:00",
        ),
        ("//<![CDATA[\n" + json.dumps(OWN) + "\n//]]>", "何晚舟", "2024-01-05"),
        ("<!-- " + json.dumps(OWN) + " -->", "何晚舟", "2024-01-05"),
        (json.dumps(OWN)[:-1] + ",\n}", "何晚舟", "2024-01-05"),
        ("{no json", None, None),
        ({"@graph": 7, "@type": None, "author": []}, None, None),
    ],
)
def test_json_ld_gives_author_and_date_of_the_article(
    data: Any, author: str | None, published: str | None
) -> None:
    article = article_of(script(data))
    assert (article.author, article.published) == (author, published)


@pytest.mark.parametrize(
    ("before", "after", "author"),
    [
        (
            '<span itemprop="author" itemscope><meta itemprop="name" content="林间"></span>',
            "",
            "林间",
        ),
        ('<span itemprop="author"><span itemprop="name">林间</span></span>', "", "林间"),
        ('<a rel="author nofollow" href="/u/1">林间</a>', "", "林间"),
        ('<span class="p-author">林间</span>', "", "林间"),
        ("<p>作者：林间</p>", "", "林间"),
        # Authors of a comment, in a side bar and of another post.
        ("", '<div id="comments"><cite class="author">读者甲</cite></div>', None),
        ("", '<aside><a rel="author" href="/u/2">何晚舟</a></aside>', None),
        ("", '<article><i class="author">何晚舟</i><p>雨季</p></article>', None),
        (
            "<p>作者：林间</p>",
            '<div class="recent-posts"><i class="author">何晚舟</i></div>',
            "林间",
        ),
    ],
)
def test_the_author_is_that_of_the_article_itself(
    before: str, after: str, author: str | None
) -> None:
    assert article_of(before=before, after=after).author == author


def test_hostile_json_ld_takes_linear_time() -> None:
    began = time.process_time()
    for text in (" " * 190_000 + "{", "[" * 190_000, "," * 190_000, "/*" * 90_000):
        article_of(script(text))
    article_of(script([OTHER] * 1_000))
    assert time.process_time() - began < 20
