from __future__ import annotations

import pytest

from ingest.rsshub import address_of, is_route


@pytest.mark.parametrize(
    ("route", "instance", "key", "address"),
    [
        ("rsshub://zhihu/hot", "https://rss.example.cn", "", "https://rss.example.cn/zhihu/hot"),
        ("rsshub://a/b/?limit=5", "https://h.cn/rsshub/", "", "https://h.cn/rsshub/a/b?limit=5"),
        # RSSHub's own example of its access control.
        (
            "rsshub://qdaily/column/59",
            "https://h.cn",
            "ILoveRSSHub",
            "https://h.cn/qdaily/column/59?code=0f820530128805ffc10351f22b5fd121",
        ),
    ],
)
def test_a_route_is_asked_from_an_instance(
    route: str, instance: str, key: str, address: str
) -> None:
    assert address_of(route, instance, key) == address


def test_a_route_is_known_by_its_scheme() -> None:
    assert is_route("RSSHub://zhihu/hot")
    assert not is_route("https://rsshub.example/zhihu/hot")
