"""Extracting the article of a page: text, metadata, and signs of truncation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ingest.reading import extract
from ingest.reading.documents import charset
from ingest.reading.extract.article import extract_article
from ingest.values import Article

PAGES = sorted((Path(__file__).parent / "data" / "extract").iterdir())
URL = "https://news.example.cn/2024/05/18/library.html"


def extract_page(name: str) -> Article | None:
    page = next(one for one in PAGES if one.name == name) / "page.html"
    text = charset.decode(page.read_bytes(), None).text
    return extract_article(text, url=URL)


def article_of(name: str) -> Article:
    article = extract_page(name)
    assert article is not None
    return article


def shingles(text: str) -> Counter[str]:
    text = "".join(text.split())
    return Counter(text[i : i + 4] for i in range(len(text) - 3))


@pytest.mark.parametrize("page", [page.name for page in PAGES if page.name != "list"])
def test_the_article_is_extracted_and_little_else(page: str) -> None:
    expected = (PAGES[0].parent / page / "expected.txt").read_text("utf-8")
    found, wanted = shingles(article_of(page).text), shingles(expected)
    shared = (found & wanted).total()
    assert shared / wanted.total() > 0.97, "something is missing"
    assert shared / found.total() > 0.9, f"something is too much: {article_of(page).text}"


def test_an_article_about_licences_keeps_its_sentences() -> None:
    sentences = [
        "办理ICP备案的网站须在首页底部标明备案号，逾期不改的由通信管理部门责令停业整顿。",
        "记者走访时看到，这家店的食品经营许可证编号贴在门上，字迹已经模糊，举报电话也打不通。",
        "未经授权转载他人文章的网站今年下架了七家，市网信办公布了举报邮箱，请市民监督。",
    ]
    prose = "".join(f"<p>{sentences[n % 3]}第{n}条。</p>" for n in range(6))
    foot = "<div><p>京ICP备12345678号</p><p>未经授权禁止转载本网站的任何内容，违者必究。</p></div>"
    article = extract_article(f"<h1>备案</h1><div>{prose}</div>{foot}", url=URL)
    assert article is not None
    assert all(sentence in article.text for sentence in sentences)
    assert "禁止转载本网站" not in article.text


def test_lines_of_a_poem_are_not_removed_as_a_footer() -> None:
    lines = "<br>".join(f"渡口的第{n}盏灯亮了" for n in range(20))
    article = extract_article(f"<div>{lines}<p>京ICP备12345678号</p></div>", url=URL)
    assert article is not None
    assert "第19盏灯" in article.text


def test_of_several_articles_the_one_below_the_headline_is_extracted() -> None:
    paragraph = "<p>{}的第{}段，说的是江海县的往事，记者在现场看了很久。</p>".format
    own = "".join(paragraph("渡口", n) for n in range(8))
    next_one = "".join(paragraph("船厂", n) for n in range(30))
    html = (
        "<head><title>江海老渡口今日停航 - 江海新闻</title></head>"
        f"<div><h1>江海老渡口今日停航</h1><div class='entry-content'>{own}</div></div>"
        f"<div><h1>船厂改成少年宫</h1><div class='entry-content'>{next_one}</div></div>"
    )
    article = extract_article(html, url=URL)
    assert article is not None
    assert "渡口的第7段" in article.text
    assert "船厂的第" not in article.text


def test_a_table_of_contents_does_not_separate_article_and_headline() -> None:
    lead = "<p>导语说的是渡口停航的那一天，来了三百多人，有不少是从外地赶回来的。</p>" * 6
    text = "".join(f"<p>正文第{n}段，摆渡的人姓周，在这条河上撑了四十年船。</p>" for n in range(30))
    html = (
        "<head><title>江海老渡口今日停航</title></head>"
        f"<div class='head'><h1>江海老渡口今日停航</h1>{lead}</div>"
        f"<div class='toc'><h2>目录</h2></div><div class='text'>{text}</div>"
    )
    article = extract_article(html, url=URL)
    assert article is not None
    assert "正文第29段" in article.text


def test_the_article_shares_words_with_its_headline() -> None:
    other = "<p>海带收成好于往年，收购价稳中有升，合作社忙着晾晒，码头上堆满了货。</p>" * 6
    text = "".join(f"<p>第{n}段，老渡口今日停航，江海的人都来送船。</p>" for n in range(150))
    html = (
        "<head><title>江海老渡口今日停航</title></head>"
        f"<div class='head'><h1>江海老渡口今日停航</h1><div class='box'>{other}</div></div>"
        f"<h2>大家都在看的新闻</h2><div class='entry-content'>{text}</div>"
    )
    article = extract_article(html, url=URL)
    assert article is not None
    assert "第149段" in article.text
    assert "海带" not in article.text


def test_sections_of_an_article_stay_together() -> None:
    sections = "".join(
        f"<section class='part'><h2>第{n}节</h2>"
        + f"<p>第{n}节说的是渡口的往事，摆渡的人姓周，撑了四十年船，直到大桥合龙。</p>" * 6
        + "</section>"
        for n in range(4)
    )
    first = "<p>开头说的是渡口停航的那一天，来了三百多人，有不少是从外地赶回来的。</p>" * 6
    head = "<head><title>江海老渡口今日停航</title></head>"
    beginning = f"<section class='part'><h1>江海老渡口今日停航</h1>{first}</section>"
    article = extract_article(f"{head}{beginning}{sections}", url=URL)
    assert article is not None
    assert "第3节说的是" in article.text


def test_a_list_page_has_no_article() -> None:
    article = extract_page("list")
    assert article is None or len(article.text) < 200


def test_author_date_and_image_of_a_page_are_read() -> None:
    portal = article_of("portal")
    assert (portal.author, portal.published) == ("何晚舟", "2024-05-18T09:30:00+08:00")
    wordpress = article_of("wordpress")
    assert (wordpress.author, wordpress.published) == ("林间", "2024-05-18T21:00:00+08:00")
    wechat = article_of("wechat")
    assert wechat.image == "https://mmbiz.example.cn/cover/0?wx_fmt=jpeg"


def test_pictures_and_headings_are_kept() -> None:
    html = article_of("wordpress").html
    assert html.count("<h2>") == 2
    assert 'src="https://news.example.cn/wp-content/uploads/2024/05/box.jpg"' in html
    assert "<pre>" in article_of("hexo").html


def test_lazy_pictures_get_their_real_address() -> None:
    assert 'src="https://mmbiz.example.cn/pic/1/640?wx_fmt=png"' in article_of("wechat").html


@pytest.mark.parametrize(
    ("url", "link", "following"),
    [
        ("a/1.html", '<a href="1_2.html">下一页</a>', "a/1_2.html"),
        ("a/1.shtml", '<a href="1_2.shtml">下页&gt;&gt;</a>', "a/1_2.shtml"),
        ("a/1_2.html", '<a href="1_3.html">下一页</a>', "a/1_3.html"),
        ("a?id=7", '<a href="?id=7&page=2">后页</a>', "a?id=7&page=2"),
        ("a/1", '<link rel="next" href="/a/1/2">', "a/1/2"),
        # Another article, another site, a script.
        ("a/1.html", '<a href="2.html">下一篇</a>', None),
        ("a/1.html", '<link rel="next" href="/a/other.html">', None),
        ("a/1.html", '<a href="https://other.example.cn/a/1_2.html">下一页</a>', None),
        ("a/1.html", '<a href="javascript:next()">下一页</a>', None),
    ],
)
def test_the_next_page_is_found(url: str, link: str, following: str | None) -> None:
    page = (PAGES[0].parent / "portal" / "page.html").read_text("utf-8")
    html = page.replace("</body>", f"{link}</body>").replace("</head>", f"{link}</head>", 1)
    article = extract_article(html, url=f"https://news.example.cn/{url}")
    assert article is not None
    assert article.next_url == (following and f"https://news.example.cn/{following}")


@pytest.mark.parametrize(
    ("text", "is_truncated"),
    [
        ("", True),
        ("馆长周启明说，半年里借出去四千多册……", True),
        ("馆长周启明说，半年里借出去四千多册 [...]", True),
        ("馆长周启明说，半年里借出去四千多册。阅读全文", True),
        ("馆长周启明说，半年里借出去四千多册。\n剩余 70%", True),
        ("馆长周启明说，半年里借出去四千多册。", False),
        ("他查看全文之后说，付费阅读的人不多。后来的事大家都知道了，不必再说。", False),
        ("半年里借出去四千多册，" * 40 + "……", False),
    ],
)
def test_signs_of_truncation_are_recognised(text: str, is_truncated: bool) -> None:
    assert extract.looks_truncated(f"<p>{text}</p>", text) is is_truncated


def test_a_longer_text_is_never_replaced_by_a_shorter_one() -> None:
    assert extract.page_is_better("短", "长一些的正文")
    assert not extract.page_is_better("长一些的正文", "短")
    assert not extract.page_is_better("一样长", "一样长")


AFTER_THE_END = {
    "hidden statistics": '<div style="display:none">统计</div>',
    "a hidden element": "<p hidden>统计</p>尾",
    "a script and its picture": "<script>count()</script><noscript><img hidden></noscript>",
    "a second document": '<html><body style="opacity:0"><div hidden>统计</div></body></html>',
    "the end twice": "</body></html></html>",
}


@pytest.mark.parametrize("added", AFTER_THE_END.values(), ids=AFTER_THE_END)
@pytest.mark.parametrize("end", ["</body></html>", "</html>", "</BODY ></HTML\n>", "</body>"])
def test_elements_after_the_end_of_a_page_are_ignored(end: str, added: str) -> None:
    prose = "".join(
        f"<p>这是第{n}段的正文，讲述了老旧小区加装电梯的来龙去脉。</p>" for n in range(9)
    )
    article = extract_article(f"<html><body><article>{prose}</article>{end}{added}", url=URL)
    assert article is not None
    assert "第8段" in article.text
    assert "统计" not in article.text


@pytest.mark.parametrize(
    "head",
    ["<html><head><title>加装</title></head></html>", "<p>目录</p></body></html><html><body>"],
)
def test_an_article_after_the_end_of_a_page_is_found(head: str) -> None:
    prose = "".join(
        f"<p>这是第{n}段的正文，讲述了老旧小区加装电梯的来龙去脉。</p>" for n in range(9)
    )
    article = extract_article(f"{head}<article>{prose}</article>", url=URL)
    assert article is not None
    assert "第8段" in article.text


BRIDGE = (
    "昨日上午九时，临溪大桥在两岸居民的注视下恢复通车，首批车辆依次驶过修缮一新的桥面。",
    "据介绍，大桥自去年十月封闭维修，历时七个月，更换拉索四十二根，铺设沥青一万二千平方米。",
    "家住桥头的周女士说，封桥期间每天要绕行半小时，如今送孩子上学只需十分钟。",
    "下一步，有关部门将在桥上加装监测设备，实时掌握荷载和位移，确保大桥安全运行。",
)
HARBOUR = (
    "渔船在清晨归来，船舱里装满了银色的带鱼，码头上人声鼎沸，收鱼的车排出去两里地。",
    "老船长说，这样的收成十年没有见过，今年休渔期延长以后，鱼群的数量明显多了起来。",
    "合作社已经和三家加工厂签了合同，预计全年的销售额可以突破两千万元，每户增收三万元。",
)
CAPTIONS = (
    "图为通车现场，首批车辆驶过桥面。 记者 陈一帆 摄",
    "工人在桥上做最后的清扫。 陈一帆 摄",
    "航拍修缮一新的临溪大桥，如长虹卧波。",
    "两岸居民赶来观看通车的场面。",
    "夜幕下的大桥灯光璀璨。 滨海视觉供图",
)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def text_beside(*, own: str, beside: str) -> str:
    head = "<head><title>临溪大桥恢复通车 - 滨海日报</title></head>"
    page = f"{head}<body><div><div><h1>临溪大桥恢复通车</h1>{own}</div>{beside}</div></body>"
    article = extract_article(page, url=URL)
    assert article is not None
    return article.text


def test_what_is_recommended_with_its_first_words_is_left_out() -> None:
    teasers = "".join(
        f'<div class="r"><h2><a href="/2024/{n}.html">码头上的第{n}个故事</a></h2>'
        f"{paragraphs(*HARBOUR)}</div>"
        for n in range(2)
    )
    text = text_beside(own=paragraphs(*BRIDGE), beside=f"<div><h3>今日推荐</h3>{teasers}</div>")
    assert all(sentence in text for sentence in BRIDGE)
    assert not any(sentence in text for sentence in HARBOUR)


def test_a_link_without_a_text_of_its_own_is_no_title() -> None:
    linked = (
        "<div><a href='/2'><img src='/2.jpg'>渡口</a><br>夜里的渡口没有灯，船家在岸上喝茶。</div>"
    )
    text = text_beside(own=f"{paragraphs(*BRIDGE)}<h3>今日推荐</h3>{linked}", beside="")
    assert "夜里的渡口" in text


def test_sections_of_a_digest_below_a_label_stay() -> None:
    links = "".join(
        f'<p><a href="https://a.example/{n}">第{n}条好文</a></p><p>{text}</p>'
        for n, text in enumerate(HARBOUR)
    )
    text = text_beside(own=f"{paragraphs(*BRIDGE)}<h2>推荐阅读</h2>{links}", beside="")
    assert all(sentence in text for sentence in HARBOUR)


def test_comments_longer_than_the_article_are_left_out() -> None:
    said = "".join(
        f'<div class="cmt"><span>小河马</span><p>{text}小时候就住在那边，第{n}次路过都觉得亲切，'
        "希望这座桥能一直好好的。</p></div>"
        for n, text in enumerate(HARBOUR * 2)
    )
    text = text_beside(own=paragraphs(*BRIDGE), beside=f'<div class="cmt-list">{said}</div>')
    assert all(sentence in text for sentence in BRIDGE)
    assert "小河马" not in text


def test_captions_of_the_articles_own_pictures_are_its_text() -> None:
    own = "".join(f'<li><img src="/{n}.jpg"><div>{c}</div></li>' for n, c in enumerate(CAPTIONS))
    others = "".join(
        f'<li><a href="/p/{n}.html"><img src="/h{n}.jpg"><span>别处的组图第{n}辑</span></a></li>'
        for n in range(6)
    )
    article = extract_article(
        "<head><title>临溪大桥恢复通车 - 滨海日报</title></head><body>"
        f'<div class="pic"><h1>临溪大桥恢复通车</h1><p class="intro">{BRIDGE[0]}</p>'
        f'<ul class="big">{own}</ul></div><div class="more"><ul>{others}</ul></div></body>',
        url=URL,
    )
    assert article is not None
    assert all(sentence in article.text for sentence in (BRIDGE[0], *CAPTIONS))
    assert "别处的组图" not in article.text


def test_a_foot_that_names_who_runs_the_site_is_left_out() -> None:
    rules = "本网站稿件未经授权不得转载、摘编或建立镜像，违者将依法追究其法律责任。" * 4
    foot = (
        f"<table><tr><td>{rules}<br>主办：临溪市人民政府办公室　承办：临溪市大数据管理局<br>"
        "网站标识码：1201010001　津ICP备05012345号</td></tr></table>"
    )
    own = "<table><tr><td>　　" + "<br><br>　　".join(BRIDGE[:2]) + "</td></tr></table>"
    text = text_beside(own=own, beside=foot)
    assert all(sentence in text for sentence in BRIDGE[:2])
    assert "主办" not in text
