"""Addresses become absolute; the short cut for plain addresses gives the same result."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading.html import addresses
from ingest.reading.html.addresses import LINK_SCHEMES, MEDIA_SCHEMES, absolute

BASE = "https://a.example/news/1.html"

_PIECES = st.sampled_from(
    "/ // . .. a news 1.html %20 ~x ? & &amp; = : # ; , + - _ é 中 ( ' \\ a.example :8080 http:// https://"
    " HTTP:// mailto: ftp:// @ [ xn--a".split()
)
_ADDRESSES = st.lists(_PIECES, max_size=9).map("".join)
_BASES = st.none() | st.sampled_from(
    "|https://a.example/news/1.html|http://a.example|http://a.example:80/x/|https://甲.cn/"
    "|//a.example/|https://a.example?x|https://u:p@a.example/|ftp://a.example/x".split("|")
)


@settings(max_examples=500)
@given(_ADDRESSES, _BASES, st.sampled_from([LINK_SCHEMES, MEDIA_SCHEMES]))
def test_the_short_cut_for_plain_addresses_gives_the_same_result(
    address: str, base_url: str | None, schemes: frozenset[str]
) -> None:
    short = addresses._plain(address, base_url or "")
    assert short is None or short == addresses._absolute(address, base_url, schemes)


@pytest.mark.parametrize(
    "address",
    ["https://a.example/x/1.jpg?w=770&resize=770%2C433", "http://a.example:8080/", "/t/1?id=2"],
)
def test_most_addresses_count_as_plain(address: str) -> None:
    assert addresses._plain(address, BASE) == absolute(address, BASE)
    assert addresses._plain(address, BASE) is not None
