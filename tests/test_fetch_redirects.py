"""Targets of redirects and trust in them, without a network."""

import pytest

from ingest.errors import BadRedirect, Unreachable
from ingest.fetch.redirects import first_hop, next_hop


@pytest.mark.parametrize(
    ("here", "location", "there"),
    [
        ("http://a.cn/x/feed", "/y", "http://a.cn/y"),
        ("http://a.cn/x/feed", "y?z=1#top", "http://a.cn/x/y?z=1"),
        ("http://a.cn/feed", "//b.cn/", "http://b.cn/"),
        ("http://a.cn/feed", " https://b.cn/x ", "https://b.cn/x"),
        ("http://a.cn/feed", "HTTPS://B.CN:443/x", "https://b.cn/x"),
        ("http://a.cn/feed", "https://u:p@b.cn/", "https://b.cn/"),
        ("http://a.cn/feed", "/a b", "http://a.cn/a%20b"),
        ("http://a.cn/feed", "/100%", "http://a.cn/100%"),
        ("http://a.cn/feed", "http://中国.cn/订阅", "http://xn--fiqs8s.cn/%E8%AE%A2%E9%98%85"),
    ],
)
def test_a_location_is_relative_to_the_previous_address(here, location, there):
    hop = follow(first_hop(here), location)
    assert str(hop.url) == there


@pytest.mark.parametrize(
    ("here", "there", "trusted"),
    [
        ("http://a.cn/", "http://a.cn/x", True),
        ("http://a.cn/", "http://a.cn:80/x", True),
        ("http://a.cn/", "https://a.cn/x", True),
        ("http://a.cn/", "http://A.CN/x", True),
        ("https://a.cn/", "http://a.cn/x", False),
        ("http://a.cn/", "http://a.cn:8080/x", False),
        ("http://a.cn:8080/", "https://a.cn/x", False),
        ("http://a.cn/", "http://b.a.cn/x", False),
        ("http://a.cn/", "http://b.cn/x", False),
    ],
)
def test_credentials_are_sent_to_the_same_server_only(here, there, trusted):
    assert follow(first_hop(here), there).trusted is trusted


def test_a_redirect_back_does_not_restore_trust():
    away = follow(first_hop("http://a.cn/"), "http://b.cn/")
    assert not follow(away, "http://a.cn/x").trusted


def test_an_invalid_host_name_is_no_address():
    with pytest.raises(Unreachable, match="no valid address"):
        first_hop("http://xn--/")
    with pytest.raises(BadRedirect, match="no valid address"):
        follow(first_hop("http://a.cn/"), "http://xn--/")


def follow(hop, location):
    return next_hop(hop, "http://asked.cn/", 302, location.encode(), "", most=10)
