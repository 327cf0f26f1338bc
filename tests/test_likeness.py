"""Near-duplicates: which entries tell one story in the same words, and how they are related."""

from __future__ import annotations

import pytest

from ingest.reading.likeness import compare, fingerprint_of

TITLE = "城东小学的天文台"
TEXT = """从县城出发，沿着盘山公路开两个小时，才能到达海拔一千八百米的云岭小学。
全校一百一十二名学生，却拥有一座直径四米的圆顶天文台。
天文台的建设者是科学老师杜长青，他用三个月工资买了第一台望远镜。"""
TRADITIONAL = """從縣城出發，沿著盤山公路開兩個小時，才能到達海拔一千八百米的雲嶺小學。
全校一百一十二名學生，卻擁有一座直徑四米的圓頂天文台。
天文台的建設者是科學老師杜長青，他用三個月工資買了第一台望遠鏡。"""


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        (TEXT, "identical"),
        (f"{TEXT}\n（来源：江南晚报）", "reprint"),
        (f"{TEXT[:60]}…\n阅读全文", "excerpt"),
        (TEXT.replace("才能到达", "可以抵达"), "revised"),
        (TRADITIONAL, "script"),
    ],
)
def test_editions_of_a_story_are_related(text: str, relation: str) -> None:
    one, other = fingerprint_of(TITLE, TEXT), fingerprint_of(TITLE, text)
    assert set(one.keys) & set(other.keys)
    found = compare(one, other)
    assert found is not None
    assert found.relation == relation


def test_the_bulletin_of_the_next_day_is_another_story() -> None:
    text = "江海市气象台6月12日17时发布：今天夜里到明天多云，最高气温36℃，最低气温10℃，请注意防晒。"
    other = text.replace("12日", "13日").replace("36", "31").replace("10℃", "18℃")
    assert compare(fingerprint_of("天气", text), fingerprint_of("天气", other)) is None
