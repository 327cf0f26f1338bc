"""Reading the dates that publishers write: formats, time zones, and hostile strings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.reading.dates import resolve_date
from ingest.reading.entries.normalize import Context
from ingest.reading.read import read
from ingest.values import Document
from tests.support import NOON, rss

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "data/dates/cases.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("text", "seen", "expected", "precision"), CASES)
def test_dates_of_publishers_are_read(text: str, seen: str, expected: str, precision: str) -> None:
    found = resolve_date(text, first_seen_at=datetime.fromisoformat(seen))
    if expected == "-":
        assert found is None
    else:
        assert found is not None
        assert found.at == datetime.fromisoformat(expected).replace(tzinfo=UTC)
        assert found.precision == precision


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Asia/Tokyo", "2024-09-07T07:05"), ("America/New_York", "2024-09-07T20:05")],
)
def test_a_time_without_a_zone_is_in_the_zone_of_the_feed(zone: str, expected: str) -> None:
    found = resolve_date("2024-09-07 16:05", first_seen_at=NOON, zone=ZoneInfo(zone))
    assert found is not None
    assert found.at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_gmt_is_read_as_local_time_for_feeds_that_misuse_it() -> None:
    old = "Sat, 07 Sep 2024 16:05:03 GMT"
    plain = resolve_date(old, first_seen_at=NOON)
    shifted = resolve_date(old, first_seen_at=NOON, gmt_is_local=True)
    assert plain is not None
    assert shifted is not None
    assert (plain.gmt_misused, shifted.gmt_misused) == (False, True)
    assert plain.at - shifted.at == timedelta(hours=8)
    other = resolve_date("Sat, 07 Sep 2024 16:05:03 +0800", first_seen_at=NOON, gmt_is_local=True)
    assert other is not None
    assert other.at == datetime(2024, 9, 7, 8, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("is_american", "expected"), [(False, "2024-09-07T08:05:03"), (True, "2024-09-07T22:05:03")]
)
def test_cst_is_read_as_china_or_central_standard_time(is_american: bool, expected: str) -> None:
    for text in ("Sat, 07 Sep 2024 16:05:03 CST", "Sat Sep 07 16:05:03 CST 2024"):
        found = resolve_date(text, first_seen_at=NOON, cst_is_american=is_american)
        assert found is not None
        assert found.at == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    offset = resolve_date(
        "2024-09-07 16:05:03 +0800 CST", first_seen_at=NOON, cst_is_american=is_american
    )
    assert offset is not None
    assert offset.at == datetime(2024, 9, 7, 8, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "title", "text", "link", "zone", "hour"),
    [
        ("en-us", "River Notes", "The river rose again this week.", None, None, 16),
        ("es-mx", "Notas", "El río subió de nuevo.", None, None, 16),
        (None, "River Notes", "The river rose again and the ferry was late.", None, None, 16),
        ("zh-CN", "江海新闻", "江水又涨了。", None, None, 2),
        # Some programs label Chinese feeds `en`.
        ("en", "江海新闻", "江水又涨了。", None, None, 2),
        ("en", "River", "江水又涨了，渡船停在港里。", None, None, 2),
        ("en-US", "River Notes", "The river rose.", "https://river.example.cn/", None, 2),
        ("en-us", "Shanghai River Notes", "The river rose again this week.", None, None, 2),
        ("en", "River Notes", "The river rose.", "https://www.chinariver.example/", None, 2),
        ("en-us", "Chinatown Machinations", "The river rose again this week.", None, None, 16),
        ("en-hk", "River Notes", "The river rose.", None, None, 2),
        (None, "1", "2", None, None, 2),
        ("zh-CN", "江海新闻", "江水又涨了。", None, "America/Chicago", 16),
    ],
)
def test_language_and_zone_of_the_feed_decide_the_meaning_of_cst(
    language: str | None, title: str, text: str, link: str | None, zone: str | None, hour: int
) -> None:
    item = f"<item><title>{text}</title><pubDate>Mon, 20 May 2024 10:00:00 CST</pubDate></item>"
    link_and_language = f"</link><language>{language}</language>" if language else "</link>"
    document = rss(item, title=title, link=link or "https://river.example.org/")
    body = document.replace("</link>", link_and_language, 1).encode()
    context = Context(
        document=Document(
            url="https://river.example.org/feed",
            final_url="https://river.example.org/feed",
            body=body,
            content_type=None,
            fetched_at=NOON,
        ),
        first_seen_at=NOON,
        zone=ZoneInfo(zone or "Asia/Shanghai"),
    )
    (entry,) = read(context).entries
    assert entry.published_at == datetime(2024, 5, 20, hour, tzinfo=UTC)


_WORDS = st.text("abcdefghijklmnopqrstuvwxyzäéöüабвгд", min_size=3, max_size=9)


@settings(deadline=None)  # the first call reads the names of months from files
@given(
    st.sampled_from(["", "Mon, ", "Wed ", "周三 ", "vendredi ", "10:30 "]),
    st.integers(1, 39),
    _WORDS,
    st.sampled_from([" ", "-", ". ", "/"]),
    st.integers(1995, 2025),
    st.sampled_from(["", " 11:14:11 +0200", " 08:00", " GMT"]),
)
def test_a_written_year_is_never_read_as_another(
    before: str, day: int, month: str, mark: str, year: int, time: str
) -> None:
    text = f"{before}{day}{mark}{month}{mark}{year}{time}"
    found = resolve_date(text, first_seen_at=NOON)
    if found is not None:
        years = {(found.at + timedelta(hours=hours)).year for hours in (-26, 26)}
        assert year in years


_ABOUT_NOON = st.integers(-20, 60).map(lambda hours: NOON + timedelta(hours=hours))
_OFFSETS = st.sampled_from("GMT Z +0800 +08:00 -0330 -03:30 +0000 +00:00 -0000 +1400 +2000".split())


@given(
    st.datetimes(datetime(1989, 1, 1), datetime(2024, 12, 31)) | _ABOUT_NOON,
    st.sampled_from(["%a, %d %b %Y %H:%M:%S ", "%d %b %Y %H:%M:%S ", "%Y-%m-%dT%H:%M:%S"]),
    _OFFSETS,
    st.booleans(),
)
def test_the_fast_path_for_standard_formats_gives_the_same_result(
    local: datetime, spelling: str, offset: str, gmt_is_local: bool
) -> None:
    text = local.strftime(spelling) + offset
    beside = f"{text} 来源"  # no standard allows this
    found, other = (
        resolve_date(written, first_seen_at=NOON, gmt_is_local=gmt_is_local)
        for written in (text, beside)
    )
    assert found == other


def test_a_missing_string_gives_no_date() -> None:
    assert resolve_date(None, first_seen_at=NOON) is None


PIECES = st.sampled_from(
    "2024 9 07 31 99999 年 月 日 时 点 分 秒 前 小时 天 周 三 昨 今 大前 上 下午 晚 : - / . T Z "
    "+ 0800 "
    "GMT CST Sep Mon 一 十 廿 〇 半 个 ago h d ( ) , · 民国 发布于 \u200b \x00 😀".split()
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)))
@example("昨" * 100_000)
@example("1小时" * 50_000)
@example("9" * 100_000)
@example("2024-09-07 " * 20_000)
def test_any_string_gives_a_plausible_time_or_none(text: str) -> None:
    found = resolve_date(text, first_seen_at=NOON)
    if found is not None:
        assert found.at.tzinfo is UTC
        assert found.at.year >= 1990
        assert found.at - NOON <= timedelta(hours=48)
