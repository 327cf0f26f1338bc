"""The lead image is the picture that a reader would choose, and never a decoy."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reading.entries import lead_image
from ingest.reading.entries.body import Fragment
from ingest.values import Enclosure, ImageField, ImageKind

_CASES = Path(__file__).parent / "data" / "lead_image" / "body.tsv"
_BASE = "https://news.example.cn/a/1.html"
_PICTURE = "https://cdn.example.cn/real.jpg"
_BODY = f'<p>正文</p><img src="{_PICTURE}">'


def _rows() -> list[tuple[str, str, str]]:
    lines = _CASES.read_text("utf-8").splitlines()
    return [(expected, body, why) for expected, body, why in (line.split("\t") for line in lines)]


def _choose(body: str = "", *fields: ImageField, **more: object) -> str | None:
    enclosures = more.pop("enclosures", ())
    fragment = Fragment(body, base_url=_BASE)
    return lead_image.choose(fields, enclosures, fragment, **more)  # type: ignore[arg-type]


def _field(url: str, kind: ImageKind = ImageKind.MEDIA_CONTENT, **more: object) -> ImageField:
    return ImageField(url=url, kind=kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("expected", "body", "why"), _rows(), ids=[why for _, _, why in _rows()])
def test_the_lead_image_of_a_body_is_a_picture_that_it_shows(
    expected: str, body: str, why: str
) -> None:
    assert (_choose(body) or "") == expected, why


@pytest.mark.parametrize(
    "decoy",
    [body for expected, body, _ in _rows() if not expected],
    ids=[why for expected, _, why in _rows() if not expected],
)
def test_a_decoy_is_skipped_for_the_next_picture(decoy: str) -> None:
    assert _choose(decoy + _BODY) == _PICTURE


def test_a_field_of_the_feed_has_priority_over_the_body() -> None:
    named = "https://cdn.example.cn/named.jpg"
    assert _choose(_BODY, _field(named, medium="image")) == named


def test_the_widest_media_content_is_taken() -> None:
    fields = [_field(f"https://cdn.example.cn/{width}.jpg", width=width) for width in (90, 900)]
    assert _choose("", *fields) == "https://cdn.example.cn/900.jpg"


def test_the_order_is_thumbnail_enclosure_itunes_image() -> None:
    thumbnail = _field("https://cdn.example.cn/1.jpg", ImageKind.MEDIA_THUMBNAIL)
    itunes = _field("https://cdn.example.cn/3.jpg", ImageKind.ITUNES_IMAGE)
    enclosures = [Enclosure(url="https://cdn.example.cn/2.jpg", media_type="image/jpeg")]
    assert _choose("", itunes, thumbnail, enclosures=enclosures) == thumbnail.url
    assert _choose("", itunes, enclosures=enclosures) == enclosures[0].url
    assert _choose("", itunes) == itunes.url


@pytest.mark.parametrize(
    ("url", "media_type", "is_picture"),
    [
        ("https://cdn.example.cn/a.jpg", "image/jpeg", True),
        ("https://cdn.example.cn/a", "image/webp", True),
        ("https://cdn.example.cn/a.jpg?x=1", "", True),
        ("https://cdn.example.cn/a.png!large", None, True),
        ("https://cdn.example.cn/a.jpg", "application/octet-stream", True),
        ("https://cdn.example.cn/a.mp3", "audio/mpeg", False),
        ("https://cdn.example.cn/a.mp3", "", False),
        ("magnet:?xt=urn:btih:abc", "application/x-bittorrent", False),
    ],
)
def test_an_enclosure_is_a_picture_by_type_or_suffix(
    url: str, media_type: str | None, is_picture: bool
) -> None:
    enclosures = [Enclosure(url=url, media_type=media_type)]
    assert _choose("", enclosures=enclosures) == (url if is_picture else None)


def test_a_video_in_media_content_is_not_a_picture() -> None:
    film = _field("https://cdn.example.cn/a.mp4", medium="video")
    assert _choose(_BODY, film) == _PICTURE


def test_an_avatar_in_a_field_is_refused() -> None:
    avatar = _field("https://secure.gravatar.com/avatar/abc", medium="image")
    assert _choose(_BODY, avatar) == _PICTURE


def test_the_picture_of_the_page_has_the_lowest_priority() -> None:
    assert _choose(_BODY, page_image="https://cdn.example.cn/og.jpg") == _PICTURE
    assert _choose("", page_image="/og.jpg") == "https://news.example.cn/og.jpg"


def test_a_page_picture_that_all_pages_share_is_refused() -> None:
    assert _choose("", page_image="https://cdn.example.cn/img/default_share.png") is None


def test_the_picture_of_the_channel_is_not_used_for_an_entry() -> None:
    cover = _field("https://cdn.example.cn/cover.jpg", ImageKind.ITUNES_IMAGE)
    assert _choose("", cover, channel_images=[cover.url]) is None


def test_without_a_base_only_absolute_addresses_are_used() -> None:
    relative = Fragment('<img src="a.jpg">', base_url=None)
    assert lead_image.choose((), (), Fragment(_BODY, base_url=None)) == _PICTURE
    assert lead_image.choose((), (), relative) is None


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("img.example.cn", True),
        ("img.example.cn.", True),
        ("img.example.cn:8080", True),
        ("8.8.8.8", True),
        ("[2606:4700::1111]", True),
        ("localhost", False),
        ("intranet", False),
        ("nas.local", False),
        ("img.internal", False),
        ("10.0.0.1", False),
        ("127.0.0.1:8080", False),
        ("169.254.169.254", False),
        ("[::1]", False),
        ("1.2.3", False),
    ],
)
def test_only_pictures_on_public_hosts_are_used(host: str, is_public: bool) -> None:
    url = f"http://{host}/1.jpg"
    assert _choose(f'<img src="{url}">') == (url if is_public else None)
