"""Generate Chinese feeds: the same bytes for the same numbers, on every machine.

A quarter of the feeds each is RSS in UTF-8, Atom in UTF-8, RSS in GBK, and RSS in Big5 (Traditional
characters). An entry has 2 to 8 KB of HTML. Revision `k` of a feed has `k` new entries at the top,
and lacks the `k` oldest entries, so the number of entries stays the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

_SENTENCES_OF_POOL = 400
_NEWEST = datetime(2026, 1, 31, 12, tzinfo=UTC)
_WORDS = {
    "hans": "今天 记者 从 市政府 获悉 新的 地铁 线路 将于 明年 开工 建设 居民 表示 期待 经济 数据 "
    "显示 上半年 增长 平稳 专家 认为 需要 继续 观察 大学 研究 团队 发布 报告 指出 气候 变化 影响 "
    "农业 生产 农民 采用 技术 提高 产量 图书馆 周末 举办 讲座 "
    "欢迎 读者 参加 博物馆 展出 文物 来自 各地",
    "hant": "今天 記者 從 市政府 獲悉 新的 捷運 路線 將於 明年 動工 興建 居民 表示 期待 經濟 數據 "
    "顯示 上半年 成長 平穩 專家 認為 需要 繼續 觀察 大學 研究 團隊 發表 報告 指出 氣候 變遷 影響 "
    "農業 生產 農民 採用 技術 提高 產量 圖書館 週末 舉辦 講座 "
    "歡迎 讀者 參加 博物館 展出 文物 來自 各地",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A format, an encoding, and a script (`hans` or `hant`)."""

    is_atom: bool
    encoding: str
    script: str


KINDS = (
    Kind(False, "utf-8", "hans"),
    Kind(True, "utf-8", "hans"),
    Kind(False, "gbk", "hans"),
    Kind(False, "big5", "hant"),
)


def document(number: int, host: str, *, entries: int, revision: int = 0) -> bytes:
    """Return the document of feed `number`, newest entry first."""
    kind = KINDS[number % len(KINDS)]
    write = _atom if kind.is_atom else _rss
    serials = range(entries + revision - 1, revision - 1, -1)
    text = "".join(write(number, host, kind, serials))
    return text.encode(kind.encoding)


def _rss(number: int, host: str, kind: Kind, serials: range) -> Iterator[str]:
    yield (
        f'<?xml version="1.0" encoding="{kind.encoding}"?>\n<rss version="2.0"><channel>'
        f"<title>{_title(number, kind)}</title><link>{host}/</link><description>{number}"
        "</description>\n"
    )
    for serial in serials:
        yield (
            f"<item><title>{_headline(number, serial, kind)}</title>"
            f"<link>{host}/news/{serial}.html</link><guid>{host}/news/{serial}.html</guid>"
            f"<pubDate>{format_datetime(_at(serial))}</pubDate><category>要聞</category>"
            f"<description><![CDATA[{_body(number, serial, host, kind)}]]></description></item>\n"
        ).replace("要聞", "要闻" if kind.script == "hans" else "要聞")
    yield "</channel></rss>\n"


def _atom(number: int, host: str, kind: Kind, serials: range) -> Iterator[str]:
    yield (
        f'<?xml version="1.0" encoding="{kind.encoding}"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{_title(number, kind)}</title>'
        f'<id>{host}/</id><link href="{host}/"/><updated>{_at(serials[0]).isoformat()}</updated>\n'
    )
    for serial in serials:
        body = _body(number, serial, host, kind).replace("&", "&amp;").replace("<", "&lt;")
        yield (
            f"<entry><title>{_headline(number, serial, kind)}</title><id>{host}/news/{serial}</id>"
            f'<link href="{host}/news/{serial}.html"/><updated>{_at(serial).isoformat()}</updated>'
            f'<published>{_at(serial).isoformat()}</published><category term="要闻"/>'
            f'<content type="html">{body}</content></entry>\n'
        )
    yield "</feed>\n"


def _at(serial: int) -> datetime:
    return _NEWEST - timedelta(days=30) + timedelta(hours=serial)


def _title(number: int, kind: Kind) -> str:
    return f"{'临溪日报' if kind.script == 'hans' else '港灣日報'} {number}"


def _headline(number: int, serial: int, kind: Kind) -> str:
    return (
        _sentences(kind.script)[(number * 31 + serial * 7) % _SENTENCES_OF_POOL][:24] + f" {serial}"
    )


def _body(number: int, serial: int, host: str, kind: Kind) -> str:
    """Return paragraphs and a picture; 2 to 8 KB in UTF-8."""
    pool = _sentences(kind.script)
    chosen = random.Random(number * 100_003 + serial)
    size, written = chosen.uniform(2_000, 8_000), 0
    parts = [f'<p><img src="{host}/{serial}.jpg" alt="" width="640" height="360"></p>']
    while written < size:
        first = chosen.randrange(_SENTENCES_OF_POOL - 4)
        paragraph = "".join(pool[first : first + 4])
        more = f'<a href="/t/{first}">{pool[first][:4]}</a>' if first % 4 == 0 else ""
        parts.append(f"<p>{paragraph}{more}</p>")
        written += 3 * len(paragraph)
    return "\n".join(parts)


@cache
def _sentences(script: str) -> list[str]:
    words = _WORDS[script].split()
    chosen = random.Random(script)
    return [
        "".join(chosen.choices(words, k=chosen.randint(8, 20))) + "。"
        for _ in range(_SENTENCES_OF_POOL)
    ]
