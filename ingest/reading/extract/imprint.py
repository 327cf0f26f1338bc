"""The foot of a site: who runs it, its licences, whom to call; Chinese law has all of it there.

On the page of a short article it holds more sentences than the article does.
"""

from __future__ import annotations

import re
from collections import defaultdict

from lxml.html import HtmlElement

from ingest.reading.extract.page import drop, squeeze
from ingest.reading.extract.tally import runs

# What only the foot of a site says: its licences with their numbers, which an article about
# licences leaves out.
LICENCE = re.compile(
    r"ICP\s*[备備证証]\D{0,3}\d{5}|(?:公网安备|公安备案)\D{0,6}\d{8}|网站标识码\D{0,3}\d{6}"
    r"|(?:信息服务|增值电信|网络文化|视听节目|互联网出版|广播电视节目)[\w（）()《》、]{0,20}许可证?[^。]{0,14}?\d{5}"
    r"|all\s*rights\s*reserved",
    re.IGNORECASE,
)
# What stands beside them. An article has notes on its copyright, too: they stay, for no licence
# is near them.
_LIKELY = re.compile(
    r"ICP|公网安备|公安备案|许可证|标识码|举报|[主承协]办单位|主管单位|copyright|©|版权所有|著作权|未经[\w、]{0,12}(?:授权|许可|同意|协议)|不代表本?[站网]|不代表[\w、]{2,12}(?:观点|立场)"
    r"|本网站|本站|法律(?:顾问|声明|责任)|免责声明|联系(?:我们|电话|方式)|关于我们|网站地图|广告服务|技术支持"
    r"|浏览器|分辨率|总机|传真|邮编|地址[:：]|热线|编辑部|转载|刊用",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3"})
_SENTENCE = 15  # characters; a shorter run is a name, a number, a label
_MOST_ELSE = 60  # characters in such runs, in all


def drop_imprints(body: HtmlElement) -> None:
    """Take out, in place, the elements that hold the foot of a site and nothing else."""
    sure: set[HtmlElement] = set()
    rest: dict[HtmlElement, int] = defaultdict(int)
    linked = {element for link in body.iter("a") for element in link.iter()}
    for element, text in runs(body):
        run = squeeze(text)
        if LICENCE.search(run):
            sure.add(element)
        elif run and not _LIKELY.search(run) and element not in linked:
            is_text = len(run) >= _SENTENCE or element.tag in _HEADINGS
            rest[element] += len(run) + (_MOST_ELSE if is_text else 0)
    for element in reversed(list(body.iter())):
        parent = element.getparent()
        if element is not body and parent is not None:
            rest[parent] += rest[element]
            if element in sure:
                sure.add(parent)
    for element in sure - {body}:
        if rest[element] <= _MOST_ELSE:
            drop(element)
