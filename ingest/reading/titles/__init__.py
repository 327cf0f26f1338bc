"""Makes the title to display from a publisher's title, and the key by which titles are compared.

text    a title with markup → plain text on one line
"""

from __future__ import annotations

import functools
import re
import unicodedata

from ingest.reading.language import simplify
from ingest.reading.titles.text import one_line, without_markup

_LONGEST = 20_000

# These marks separate a title from a name. A hyphen next to Latin words needs spaces around it.
_MARKS = "-－–—―_|｜丨·•:：»›>/~"
_BEFORE_NAME = re.compile(
    rf"(?:\s+[{_MARKS}]+\s*|\s*[－–—―_|｜丨»]+\s*|(?<=[^\x00-\x7f])[-·•/]+\s*)\Z"
)
_AFTER_NAME = re.compile(r"\A\s*(?:[:：|｜丨_–—―»]+|[-·•/~]+(?=\s|[^\x00-\x7f]))\s*")
_PIECES = re.compile(r"\s+[-–—―|·•/:]+\s+|\s*[_｜|丨»–—―：]+\s*|(?<=[^\x00-\x7f])-(?=[^\x00-\x7f])")
_SECTION = re.compile(
    r"(?:首页|新闻|资讯|要闻|快讯|滚动|国内|国际|社会|财经|经济|金融|股票|科技|体育|娱乐|文化|教育"
    r"|健康|汽车|房产|旅游|军事|历史|时政|政务|法治|评论|观点|生活|时尚|游戏|数码|视频|图片|专题"
    r"|本地|地方|民生|本网|独家|热点|综合|头条|港澳|台湾|频道|中心|栏目|正文|网站|法制|三农|乡村"
    r"|生态|环保|能源|产业|公司|市场|证券|基金|银行|保险|楼市|电影|音乐|读书|海外|环球|两岸|台海"
    r"|公益|消费|专栏|副刊|城事|都市|原创|党建|理论|科普|人物|直播|动态|公告|时评|社评|书评|影评|深度|特稿"
    r"|调查|专访|访谈|专题|人事|反腐|交通|天气|头版|党政|县区|区县|乡镇|医疗|养生|美食|亲子|情感|艺术|收藏"
    r"|书画|影视|综艺|明星|国学|探索|互联网|通信|手机|家居|商业|商务|创业|职场|论坛|博客|人文|校园|高考|招生"
    r"|青年|女性|少儿|外汇|期货|理财|宏观|行情|美股|港股|新股|足球|篮球|电竞|彩票|地产){1,3}"
)
# In `title | section | name`, the marks before the section and before the name are the same.
_BEFORE_SECTION = re.compile(
    r"(?P<bar>\s*[|｜丨]\s*)|(?P<line>\s*_\s*)|(?P<dash>\s*[－–—―]+\s*)"
    r"|(?P<hyphen>\s+-+\s+|(?<=[^\x00-\x7f])-{1,3}(?=[^\x00-\x7f]))"
    r"|(?P<arrow>\s*[»›]\s*|\s+[>/]\s+)|(?P<dot>\s+[·•]\s+)"
)
_MOST_SECTIONS = 3
_LONGEST_SECTION = 6
_LONGEST_SECTION_NAME = 9
# A section may repeat the first two characters of the name, as 江海新闻 does in 江海晚报's titles.
_LONGEST_PLACE = 2

_COLUMN = (
    r"(?:图|组图|多图|高清|图文|图集|图解|图说|视频|短视频|音频|直播|快讯|简讯|速递|速报|独家|首发"
    r"|原创|转载|重磅|突发|热点|热议|热评|关注|头条|要闻|推荐|置顶|精华|滚动|最新|更新|实时|公告"
    r"|通知|通告|专题|专访|访谈|评论|观点|社评|时评|快评|锐评|深度|特稿|特写|调查|解读|解析|现场"
    r"|早报|晨报|午报|晚报|日报|周报|早读|夜读|早餐|聚焦|盘点|揭秘|辟谣|提醒|提示|预告|回顾|新闻|全文|附全文|一图读懂"
    r"|网评|短评|说明|资讯|消息|早安|晚安|午间)"
)
_COLUMNS = rf"(?:附|含|有|内附)?{_COLUMN}{{1,2}}"
# These words before a title only ask for attention.
_CRY = (
    rf"(?:{_COLUMNS}|刚刚|官宣|定了|紧急(?:通知|提醒)?|速看|快看|注意|警惕|喜报|好消息"
    r"|震惊|曝光|罕见|反转|揭晓)"
)
# The names of columns are in these brackets. Topics are between two `#`.
_OPEN, _CLOSE = r"[\[(【〔〖「『#]", r"[\])】〕〗」』#]"
_TAG_IN_KEY = re.compile(
    rf"\A(?:{_OPEN}\s*{_COLUMNS}\s*{_CLOSE}\s*|{_COLUMNS}\s*[|丨:]\s*|(?!图){_COLUMNS}\s*[·•]\s*"
    rf"|[^\w\s#(\[【〔〖「『]{{0,4}}{_CRY}\s*!+\s*|(?:刚刚|突发|官宣|紧急)\s*,\s*)"
    rf"|\s*{_OPEN}\s*{_COLUMNS}\s*{_CLOSE}\Z|\s*[|丨]\s*{_COLUMNS}\Z"
)
# The name of a column ends with one of these marks, or stands after one.
_MARK_OF_COLUMN = re.compile(rf"{_CLOSE}|[|丨:·•!,]")
# Matches punctuation that is ignored when titles are compared. Only the dots, percent signs and
# minus signs of numbers are kept. The pattern begins with one kind of character, which makes a
# search five times as fast.
_UNKEYED = re.compile(r"[\W_](?:(?<=[^.%-])|(?<=[.%])(?<!\d.)|(?<=[.-])(?!\d)|(?<=[a-z0-9]-))")


def display_title(
    raw: str, *, feed_title: str = "", site_name: str = "", is_text: bool = False
) -> str:
    """Return a title as plain text on one line; the result may be empty.

    Tags are removed and entities decoded, unless `is_text` is true (the title is not HTML).
    Invisible characters are dropped. The names of the feed and the site are removed from both ends.
    """
    raw = raw[:_LONGEST]
    title = one_line(raw if is_text else without_markup(raw))
    for name in filter(None, (feed_title, site_name)):
        title = _without_name(title, one_line(name))
    return title


def title_key(title: str) -> str:
    """Return the key of a title, by which titles are compared.

    Titles that differ only in script, width, case, punctuation or blanks have the same key.

    The key is in NFKC, Simplified Chinese and lower case. It has only letters and digits, and the
    dot, percent sign and minus of numbers. Names of columns (【独家】, (图), 快讯｜) are left out.
    """
    folded = unicodedata.normalize("NFKC", title).replace("\u2212", "-")
    simplified = simplify(folded).lower().strip()
    return _UNKEYED.sub("", _without_columns(simplified))


def _without_name(title: str, name: str) -> str:
    """Remove the name of a feed or site, and the sections next to the name, from a title's ends.

    A piece of the title is removed only if it equals the name. The whole title is never removed.
    """
    for known in _forms_of(name):
        if _fold(known) == _fold(title):
            continue
        shorter = _cut_end(title, known)
        if shorter != title:
            return _cut_sections(shorter, title[len(shorter) :], known)
        if shorter := _cut_start(title, known):
            return shorter
    return title


@functools.lru_cache(maxsize=16)  # Consecutive entries usually belong to one feed.
def _forms_of(name: str) -> tuple[str, ...]:
    """Return a name and its pieces, except the pieces that name a section, such as 频道."""
    pieces = [piece for piece in _PIECES.split(name) if not _is_section(piece)]
    return tuple(form for form in dict.fromkeys([name, *pieces]) if form)


def _cut_end(title: str, name: str) -> str:
    if _fold(title[-len(name) :]) != _fold(name):
        return title
    rest = title[: -len(name)]
    mark = _BEFORE_NAME.search(rest[-20:])
    return (rest[: len(rest) - len(mark[0])].rstrip() if mark else "") or title


def _cut_start(title: str, name: str) -> str:
    if _fold(title[: len(name)]) != _fold(name):
        return ""
    mark = _AFTER_NAME.match(title[len(name) :])
    return title[len(name) + mark.end() :] if mark else ""


def _cut_sections(title: str, cut: str, name: str) -> str:
    """Remove the names of sections at the end of a title, such as 频道 in 标题_频道.

    `cut` is the text that was already removed there: a separator and the site's name.
    """
    for place in range(_MOST_SECTIONS):
        shorter = _cut_section(
            title, name, longest=0 if place or "_" not in cut else _LONGEST_SECTION
        )
        if shorter == title:
            break
        title = shorter
    return title


def _cut_section(title: str, name: str, *, longest: int) -> str:
    """Remove the name of a section from the end of a title.

    After `_`, any word of at most `longest` characters counts as a section.
    """
    marks = list(_BEFORE_SECTION.finditer(title))
    if not marks or not (head := title[: marks[-1].start()].rstrip()) or _is_section(head):
        return title
    mark, section = marks[-1].lastgroup, title[marks[-1].end() :]
    if mark == "line" and len(section) <= longest:
        return head
    own = section.removeprefix(name[:_LONGEST_PLACE])
    return head if _is_section(own or section) else title


def _is_section(piece: str) -> bool:
    """Return whether a piece of a title names a section, in Simplified or Traditional Chinese."""
    if len(piece) > _LONGEST_SECTION_NAME:
        return False
    return bool(_SECTION.fullmatch(piece) or _SECTION.fullmatch(simplify(piece)))


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _without_columns(title: str) -> str:
    """Drop the names of columns at both ends of a title, unless nothing would remain."""
    while _MARK_OF_COLUMN.search(title):
        rest = _TAG_IN_KEY.sub("", title, count=1)
        if rest == title or not rest.strip():
            break
        title = rest
    return title
