"""Edit a story to make another edition of it, as sites, agencies and aggregators do.

All names are made up. An edit gets a random generator and a story, and returns the edited story.
`EDITS` has each edit with the relation of the result to the story.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random
from typing import NamedTuple

import opencc


class Story(NamedTuple):
    """A title, and a text of one or more lines."""

    title: str
    text: str


Edit = Callable[[Random, Story], Story]

SITES = (
    "江南晚报网 望海新闻 青屿在线 东岭日报 云麓客户端 北川都市报 松陵发布 潮汐财经 半夏周刊"
).split()
PEOPLE = "周岚 李书言 何一鸣 郑雨桐 欧阳清 陈可为 宋时雨 钟楚河 范静之 陆小满".split()
PLACES = "滨江 青屿 东岭 临港 北坡 松陵 榆关 石浦".split()

_HEADS = (
    "{date} {clock} 来源：{site}",
    "{date}　{site}　记者 {person}",
    "首页 > 新闻中心 > 正文",
    "来源：{site} 作者：{person} 发布时间：{date} {clock}",
    "原标题：{title}",
    "文/{person} 编辑/{other}",
    "点击上方蓝字关注我们",
    "字号：大 中 小",
    "本文转自：{site}",
    "{site}讯",
    "（图片来源：{site}）",
    "{person} | {site}",
)
_FEET = (
    "（来源：{site}）",
    "（责任编辑：{person}）",
    "责任编辑：{person}　校对：{other}",
    "[编辑：{person}]",
    "【编辑:{person}】",
    "来源：{site}\n编辑：{person}",
    "原标题：{title}\n责编：{person}",
    "编辑 | {person}\n审核 | {other}\n监制 | {person}",
    "版权声明：本文版权归原作者所有，转载请注明出处。",
    "（完）",
    "声明：转载此文是出于传递更多信息之目的。若有来源标注错误或侵犯了您的合法权益，请与本网联系。",
    "免责声明：本文仅代表作者个人观点，与本站无关。",
    "本文来自{site}，转载请注明出处",
    "未经授权，不得转载。",
    "特别声明：以上内容为自媒体平台用户上传并发布，本平台仅提供信息存储服务。",
    "长按识别二维码，关注{site}公众号",
    "喜欢这篇文章，请点赞、在看、转发支持一下",
    "点击“阅读原文”查看更多内容",
    "下载{site}客户端，看更多本地新闻",
    "相关阅读：\n{place}新增三条公交线路\n{place}今年投放共享单车五千辆",
    "热门推荐：{place}夜市开张；一座小城的早餐地图；{site}年度图片",
    "上一篇：{place}市召开年度工作会议\n下一篇：没有了",
    "分享到：微信 微博 QQ空间",
    "报料热线：0571-8{four}{four}",
    "上一页 1 2 3 下一页",
    "关键词：{place} 新闻 民生",
    "本文由{site}授权发布，首发于公众号“{site}”。",
    "打开APP阅读全文",
    "声明：个人原创，仅供参考",
)
_FEET_OF_FEEDS = (
    "The post {title} appeared first on {site}.",
    "查看评论",
    "via {site} https://news.example.cn/{four}",
    "©2022 {site} 版权所有",
    "本文链接：https://news.example.cn/a/{four}.html",
    "本文由 RSS 自动推送",
    "#{place}# #新闻#",
    "网页链接",
    "作者：{person}\n链接：https://news.example.cn/p/{four}\n来源：{site}\n著作权归作者所有。",
)
_ADS = (
    "【广告】{place}新盘开售，首付十二万起，详情咨询现场。",
    "广告",
    "扫码加入{site}读者群，和编辑聊一聊",
    "（本页为第2页，共3页）",
    "[图：现场画面 {person} 摄]",
    "图为活动现场。{person} 摄",
    "↓↓↓点击下方卡片，关注{site}↓↓↓",
    "推荐阅读：{place}这家老店为何天天排队",
    "下载APP领取38元新人红包",
)
_DATELINES = (
    "新华社{place}{month}月{day}日电（记者 {person}）",
    "新华社{place}{month}月{day}日电 (记者{person}、{other})",
    "中新社{place}{month}月{day}日电 记者 {person}：",
    "中新网{place}{month}月{day}日电 （记者 {person}）",
    "中新网{month}月{day}日电 ",
    "人民网{place}{month}月{day}日电",
    "本报讯（记者 {person}）",
    "本报讯 记者{person}报道：",
    "本报{place}{month}月{day}日讯（记者{person} 通讯员{other}）",
    "{site}讯 ",
    "{site}{month}月{day}日讯 ",
    "【{site}综合报道】",
    "【{site} 记者 {person}】",
    "央视网消息：",
    "{site}消息，",
    "（{site}记者 {person}）",
    "据{site}报道，",
    "{place}讯 ",
    "{site}记者{person}报道　",
    "IT之家 {month} 月 {day} 日消息，",
    "{site}{month}月{day}日消息，",
)
_SYNONYMS = (
    ("表示", "指出"),
    ("目前", "当前"),
    ("近日", "日前"),
    ("介绍", "透露"),
    ("明显", "显著"),
    ("因此", "所以"),
    ("今年", "本年"),
    ("但是", "然而"),
    ("约", "大约"),
    ("预计", "估计"),
    ("提醒", "提示"),
    ("办法", "方法"),
    ("增加", "上升"),
    ("已经", "已"),
    ("昨天", "昨日"),
    ("时候", "时"),
    ("其中", "当中"),
    ("每天", "每日"),
    ("认为", "称"),
    ("说，", "称，"),
    ("只有", "仅有"),
)


def filled(chance: Random, words: str, story: Story) -> str:
    """Return a phrase of a page, with random names and dates."""
    person, other = chance.sample(PEOPLE, 2)
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    return words.format(
        site=chance.choice(SITES),
        person=person,
        other=other,
        place=chance.choice(PLACES),
        title=story.title,
        month=month,
        day=day,
        date=f"{chance.randint(2018, 2026)}-{month:02}-{day:02}",
        clock=f"{chance.randint(6, 23):02}:{chance.randint(0, 59):02}",
        four=chance.randint(1000, 9999),
    )


def _paragraphs(story: Story) -> list[str]:
    return story.text.split("\n")


# Another form of the same text


def unchanged(chance: Random, story: Story) -> Story:
    return story


def with_narrow_signs(chance: Random, story: Story) -> Story:
    narrow = str.maketrans("，：；？！（）％", ",:;?!()%")
    return Story(story.title.translate(narrow), story.text.translate(narrow))


def with_wide_digits(chance: Random, story: Story) -> Story:
    wide = str.maketrans("0123456789%", "０１２３４５６７８９％")
    return Story(story.title.translate(wide), story.text.translate(wide))


def with_other_quotes(chance: Random, story: Story) -> Story:
    quotes = chance.choice(["「」", '""', "『』", "＂＂", "‘’"])
    return Story(story.title, story.text.translate(str.maketrans("“”", quotes)))


def with_indents(chance: Random, story: Story) -> Story:
    return Story(story.title, "\n\n".join(f"　　{line}　" for line in _paragraphs(story)))


def with_blanks(chance: Random, story: Story) -> Story:
    """Put blanks between Han and Latin characters, as many editors do."""
    spaced = re.sub(r"(?<=[一-鿿])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[一-鿿])", " ", story.text)
    return Story(story.title, spaced)


def on_one_line(chance: Random, story: Story) -> Story:
    return Story(story.title, story.text.replace("\n", ""))


def line_by_line(chance: Random, story: Story) -> Story:
    return Story(story.title, re.sub(r"(?<=[。！？])(?=[^”」\n])", "\n", story.text))


def with_invisible_signs(chance: Random, story: Story) -> Story:
    """Put zero-width spaces between the characters, as sites do to prevent copying."""
    return Story(story.title, "\u200b".join(story.text))


def with_emoji(chance: Random, story: Story) -> Story:
    return Story(f"🔥{story.title}", story.text.replace("。", "。😀", 4))


def with_blanks_for_signs(chance: Random, story: Story) -> Story:
    return Story(story.title, re.sub("[，。！？；：]", " ", story.text))


def with_whole_numbers(chance: Random, story: Story) -> Story:
    """Write 38.6万 as 386000."""
    text = re.sub(r"(\d+\.\d)万", lambda n: str(round(float(n[1]) * 10_000)), story.text)
    return Story(story.title, text)


# The text of another site


def with_counters(chance: Random, story: Story) -> Story:
    head = filled(chance, "{date} {clock}:21 来源：{site} 阅读 {four} 评论 12 点赞 33", story)
    foot = filled(chance, "阅读 10万+　赞 532　在看 219\n浙ICP备1{four}678号-1", story)
    return Story(story.title, f"{head}\n{story.text}\n{foot}")


def with_footnotes(chance: Random, story: Story) -> Story:
    numbers = iter(range(1, 99))
    text = re.sub(r"[。.](?=\s|\Z|[一-鿿])", lambda end: f"[{next(numbers)}]{end[0]}", story.text)
    return Story(story.title, text)


def with_captions(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    lines.insert(1, filled(chance, "▲现场航拍（摄影：{person}）", story))
    return Story(story.title, "\n".join([*lines, "图2：居民正在排队"]))


def with_comments(chance: Random, story: Story) -> Story:
    comments = "网友评论\n小李子：写得真好，想起了家乡。\n路人 {date}：支持！"
    return Story(story.title, f"{story.text}\n{filled(chance, comments, story)}")


def with_title_inside(chance: Random, story: Story) -> Story:
    return Story(story.title, f"{story.title}\n{story.text}")


def with_foot(chance: Random, story: Story) -> Story:
    feet = [filled(chance, foot, story) for foot in chance.sample(_FEET, chance.randint(1, 3))]
    return Story(story.title, "\n".join([story.text, *feet]))


def with_foot_of_feed(chance: Random, story: Story) -> Story:
    return Story(
        story.title, f"{story.text}\n{filled(chance, chance.choice(_FEET_OF_FEEDS), story)}"
    )


def with_head(chance: Random, story: Story) -> Story:
    heads = [filled(chance, head, story) for head in chance.sample(_HEADS, chance.randint(1, 2))]
    return Story(story.title, "\n".join([*heads, story.text]))


def with_dateline(chance: Random, story: Story) -> Story:
    return Story(story.title, filled(chance, chance.choice(_DATELINES), story) + story.text)


def with_ad(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    lines.insert(chance.randint(1, len(lines) - 1), filled(chance, chance.choice(_ADS), story))
    return Story(story.title, "\n".join(lines))


def with_other_title(chance: Random, story: Story) -> Story:
    title = chance.choice(
        [
            f"{story.title} - {chance.choice(SITES)}",
            f"独家：{story.title}",
            f"{story.title}_新闻频道_{chance.choice(SITES)}",
            f"{chance.choice(PLACES)}这件事，让很多人看哭了",
            f"重磅！{story.title[: len(story.title) // 2]}",
            f"【{chance.choice(PLACES)}】{story.title}？官方回应",
            "今天的头条，值得读三遍",
            "",
        ]
    )
    return Story(title, story.text)


def with_page_marks(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    middle = len(lines) // 2
    marks = chance.choice(["下一页", "第2页", "[page]", "— 2 —", "（未完待续，请看下页）"])
    return Story(story.title, "\n".join([*lines[:middle], marks, *lines[middle:]]))


def with_other_numbers(chance: Random, story: Story) -> Story:
    """Write numbers in another style: 三 for 3, 1,000 for 1000, 百分之 for %."""
    text = re.sub(r"(?<![\d.,])([1-9]\d{3,})(?![\d年])", lambda n: f"{int(n[1]):,}", story.text)
    if chance.random() < 0.5:
        text = re.sub(r"(?<![\d.,])([2-9])(?=[月日人天年个条只名座次])", _han_digit, text)
    else:
        text = re.sub(r"(?<![\d.,])(\d{1,2})%", lambda n: f"百分之{_numeral(int(n[1]))}", text)
    return Story(story.title, text)


def _han_digit(number: re.Match[str]) -> str:
    return "零一二三四五六七八九"[int(number[0])]


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    if not tens:
        return digits[ones]
    return (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")


def with_arabic_numbers(chance: Random, story: Story) -> Story:
    """Write Chinese numerals below a hundred as digits."""
    known = {_numeral(number): str(number) for number in range(11, 100)}
    pattern = "|".join(sorted(known, key=len, reverse=True))
    text = re.sub(
        rf"(?<![一-九十百千])(?:{pattern})(?![十百千万亿])", lambda n: known[n[0]], story.text
    )
    return Story(story.title, text)


def with_paragraphs_moved(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    moved = chance.randrange(1, len(lines))
    return Story(story.title, "\n".join([lines[moved], *lines[:moved], *lines[moved + 1 :]]))


# A part of the text


def cut_off(chance: Random, story: Story) -> Story:
    """Cut the text at 30 to 65 % of its length, as a feed of summaries does."""
    end = chance.choice(["…", "...", "……", "[阅读全文]", "…[查看全文]", " [...]", "", "\n阅读全文"])
    text = story.text.replace("\n", "")
    return Story(story.title, text[: int(len(text) * chance.uniform(0.3, 0.65))] + end)


def first_150(chance: Random, story: Story) -> Story:
    return Story(story.title, story.text.replace("\n", " ")[: chance.randint(110, 160)] + "…")


def first_80(chance: Random, story: Story) -> Story:
    return Story(story.title, story.text.replace("\n", "")[:80] + chance.choice(["...", "……"]))


def first_paragraphs(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    end = chance.choice(["", "\n阅读全文 »", "\nRead more", "\n点击查看原文", "\n……"])
    return Story(story.title, "\n".join(lines[: max(len(lines) // 2, 1)]) + end)


def from_the_middle(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    return Story(story.title, "\n".join(lines[1 : max(len(lines) - 2, 2)]))


# A later edition


def reworded(chance: Random, story: Story) -> Story:
    text = story.text
    for old, new in _SYNONYMS:
        if chance.random() < 0.7:
            text = text.replace(old, new)
    if text == story.text:
        text = text.replace("。", "的。", 1)
    return Story(story.title, text)


def with_typos_mended(chance: Random, story: Story) -> Story:
    """Change one to three characters of the text that are not digits."""
    text = list(story.text)
    places = [n for n, one in enumerate(text) if one.isalpha() and not one.isnumeric()]
    for place in chance.sample(places, chance.randint(1, 3)):
        text[place] = chance.choice("的地得在再做作象像") if text[place] > "z" else "x"
    return Story(story.title, "".join(text))


def without_a_paragraph(chance: Random, story: Story) -> Story:
    lines = _paragraphs(story)
    del lines[chance.randrange(1, len(lines) - 1)]
    return Story(story.title, "\n".join(lines))


def with_a_paragraph(chance: Random, story: Story) -> Story:
    added = chance.choice(
        [
            "记者随后致电相关部门，工作人员表示正在了解情况，将及时向社会公布。",
            "有网友评论说，这样的故事越多越好；也有人提醒，热闹之后更需要长期投入。",
            "对此，本地一位长期关注该领域的学者认为，关键在于能否坚持下去。",
        ]
    )
    return Story(story.title, f"{story.text}\n{added}")


def with_note(chance: Random, story: Story) -> Story:
    note = chance.choice(
        [
            "更新：本文发布后，当事方作出回应，称将继续推进相关工作。",
            "【更新】{clock} 补充了现场情况。",
            "更正：此前版本中一处人名有误，现已修改，特此说明。",
            "编者按：本文首次发表于{date}，此次略有删改。",
        ]
    )
    lines = [filled(chance, note, story), story.text]
    chance.shuffle(lines)
    return Story(story.title, "\n".join(lines))


# The other script


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def in_other_script(chance: Random, story: Story) -> Story:
    is_simplified = _converter("t2s").convert(story.text) == story.text
    return _converted(chance.choice(["s2t", "s2tw", "s2hk"]) if is_simplified else "t2s", story)


def in_other_words(chance: Random, story: Story) -> Story:
    """Convert the script, and the words of Taiwan to words of the mainland or back."""
    is_simplified = _converter("t2s").convert(story.text) == story.text
    return _converted("s2twp" if is_simplified else "tw2sp", story)


def _converted(name: str, story: Story) -> Story:
    convert = _converter(name).convert
    return Story(str(convert(story.title)), str(convert(story.text)))


def in_other_script_with_frame(chance: Random, story: Story) -> Story:
    return with_foot(chance, with_dateline(chance, in_other_script(chance, story)))


# Several at once


def reprinted(chance: Random, story: Story) -> Story:
    for edit in (with_other_title, with_dateline, with_foot, with_ad, with_head):
        if chance.random() < 0.7:
            story = edit(chance, story)
    return with_foot(chance, with_blanks(chance, story))


def reprinted_in_part(chance: Random, story: Story) -> Story:
    return with_head(chance, with_dateline(chance, first_paragraphs(chance, story)))


def reworked(chance: Random, story: Story) -> Story:
    story = without_a_paragraph(chance, reworded(chance, story))
    return with_foot(chance, with_dateline(chance, with_other_title(chance, story)))


EDITS: dict[str, tuple[str, Edit]] = {
    edit.__name__: (relation, edit)
    for relation, edits in {
        "identical": (
            unchanged,
            with_narrow_signs,
            with_wide_digits,
            with_other_quotes,
            with_indents,
            with_blanks,
            on_one_line,
            line_by_line,
            with_other_title,
            with_other_numbers,
            with_arabic_numbers,
            with_invisible_signs,
            with_emoji,
            with_blanks_for_signs,
            with_whole_numbers,
        ),
        "reprint": (
            with_foot,
            with_foot_of_feed,
            with_head,
            with_dateline,
            with_ad,
            with_page_marks,
            with_counters,
            with_footnotes,
            with_captions,
            with_comments,
            with_title_inside,
            reprinted,
        ),
        "excerpt": (
            cut_off,
            first_150,
            first_80,
            first_paragraphs,
            from_the_middle,
            reprinted_in_part,
        ),
        "revised": (
            reworded,
            with_typos_mended,
            without_a_paragraph,
            with_a_paragraph,
            with_note,
            with_paragraphs_moved,
            reworked,
        ),
        "script": (
            in_other_script,
            in_other_words,
            in_other_script_with_frame,
        ),
    }.items()
    for edit in edits
}
