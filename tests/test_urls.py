from __future__ import annotations

import pytest

from ingest.urls import absolute_link, host_of, server_of, without_secrets

BASE = "https://news.example.cn/list/"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://a.example.cn/x?b=1", "https://a.example.cn/x?b=1"),
        ("/a/1.html", "https://news.example.cn/a/1.html"),
        ("//cdn.example.cn/x", "https://cdn.example.cn/x"),
        (" https://a.example.cn/\n x ", "https://a.example.cn/x"),
        ("https://a.example.cn/\r\n\tx", "https://a.example.cn/x"),
        ("https://a.example.cn/My Report  1.pdf", "https://a.example.cn/My%20Report%20%201.pdf"),
        ("/年 报/1", "https://news.example.cn/年%20报/1"),
        ("https://a.example.cn/?q=a b\u3000c", "https://a.example.cn/?q=a%20b%E3%80%80c"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.cn", None),
        ("file:///etc/passwd", None),
        ("https://[bad", None),
        ("", None),
        (None, None),
        ("https://a.example.cn/" + "x" * 9000, None),
    ],
)
def test_only_addresses_a_reader_can_open_are_links(link: str | None, absolute: str | None) -> None:
    assert absolute_link(link, BASE) == absolute


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@a.example.cn:81/x?key=K&b=1&code=C#f", "https://a.example.cn:81/x?b=1#f"),
        ("https://a.example.cn/x?api_key=K&pw=P&sign=S&auth=A&x=1", "https://a.example.cn/x?x=1"),
        ("https://a.example.cn/x?access_token=T", "https://a.example.cn/x"),
        ("rsshub://zhihu/hot?limit=5", "rsshub://zhihu/hot?limit=5"),
    ],
)
def test_secrets_are_left_out_of_what_is_shown(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_the_host_is_without_its_port() -> None:
    assert host_of("https://a.example.cn:8443/x") == "a.example.cn"
    assert host_of("http://[bad/x") == server_of("http://[bad/x") == ""


def test_a_malformed_address_is_shown_without_what_may_be_secret() -> None:
    assert without_secrets("http://me:secret@[bad/feed?key=1") == "[bad/feed"
