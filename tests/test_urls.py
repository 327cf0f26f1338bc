from __future__ import annotations

import json
import pickle

import pytest

from ingest.urls import (
    Secret,
    Url,
    absolute_link,
    hide_secrets,
    host_of,
    server_of,
    without_secrets,
)

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
def test_only_addresses_that_a_reader_can_open_are_links(
    link: str | None, absolute: str | None
) -> None:
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
def test_shown_addresses_have_no_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_the_host_is_without_its_port() -> None:
    assert host_of("https://a.example.cn:8443/x") == "a.example.cn"
    assert host_of("http://[bad/x") == server_of("http://[bad/x") == ""


def test_a_malformed_address_is_shown_without_possible_secrets() -> None:
    assert without_secrets("http://me:secret@[bad/feed?key=1") == "[bad/feed"


SECRET = "https://me:open-sesame@a.example.cn/feed?b=1&key=open-sesame"
SHOWN = "https://a.example.cn/feed?b=1"


@pytest.mark.parametrize(
    "shown",
    [str(Url(SECRET)), f"{Url(SECRET)}", "%s" % Url(SECRET), repr(Url(SECRET)).strip("'")],  # noqa: UP031
)
def test_any_address_is_shown_without_its_secrets(shown: str) -> None:
    assert shown == SHOWN


def test_an_address_is_sent_and_stored_completely() -> None:
    url = Url(SECRET)
    assert (url.encode(), url + "", json.loads(json.dumps(url))) == (
        SECRET.encode(),
        SECRET,
        SECRET,
    )
    assert pickle.loads(pickle.dumps(url)) == url == SECRET


def test_a_reference_to_a_secret_is_shown_but_not_the_secret() -> None:
    assert (f"{Secret('open-sesame')}", repr([Secret("open-sesame")])) == ("***", "['***']")
    assert (f"{Secret('env:NAME')}", str(Secret("credential:x"))) == ("env:NAME", "credential:x")


def test_every_address_in_a_text_loses_its_secrets() -> None:
    assert hide_secrets(f"no answer from '{SECRET}', nor from {SECRET} at all") == (
        f"no answer from '{SHOWN}', nor from {SHOWN} at all"
    )
    assert hide_secrets("sqlite:////a/b.db, 3/4") == "sqlite:////a/b.db, 3/4"
