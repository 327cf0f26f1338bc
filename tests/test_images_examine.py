"""The checks of a picture before it is kept."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ingest.errors import Unreadable
from ingest.reading.images.examine import Examined, examine
from ingest.reading.images.placeholders import built_in
from tests.made_images import SVG, declared_png, flat_image, made_animation, made_image

URL = "https://img.example.cn/1.jpg"
_SVG = 'xmlns="http://www.w3.org/2000/svg"'


def examined(body: bytes, **changes: object) -> Examined:
    limits = {"max_pixels": 1_000_000} | changes
    return examine(URL, body, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "media_type", "suffix", "size"),
    [
        (made_image("PNG"), "image/png", ".png", (64, 48)),
        (made_image("JPEG"), "image/jpeg", ".jpg", (64, 48)),
        (made_image("GIF"), "image/gif", ".gif", (64, 48)),
        (made_image("WEBP"), "image/webp", ".webp", (64, 48)),
        (made_image("AVIF"), "image/avif", ".avif", (64, 48)),
        (made_animation("GIF"), "image/gif", ".gif", (32, 24)),
        (made_animation("WEBP"), "image/webp", ".webp", (32, 24)),
        (SVG, "image/svg+xml", ".svg", (40, 30)),
        (b'<?xml version="1.0"?>\n<!-- c -->\n' + SVG, "image/svg+xml", ".svg", (40, 30)),
        (f"<svg {_SVG} viewBox='0 0 9 9'/>".encode(), "image/svg+xml", ".svg", (None, None)),
    ],
)  # fmt: skip
def test_the_type_and_the_size_come_from_the_bytes(
    body: bytes, media_type: str, suffix: str, size: tuple[int | None, int | None]
) -> None:
    found = examined(body)
    assert (found.media_type, found.suffix) == (media_type, suffix)
    assert (found.width, found.height) == size
    assert (found.digest, found.size, found.cleaned) == (sha256(body).digest(), len(body), None)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("missing", [1, 2, 20, 2000])
def test_a_cut_picture_is_refused(form: str, missing: int) -> None:
    with pytest.raises(Unreadable, match="cut or damaged"):
        examined(made_image(form)[:-missing])


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
@pytest.mark.parametrize("missing", [2, 300])
def test_a_cut_animation_is_refused(form: str, missing: int) -> None:
    with pytest.raises(Unreadable, match="cut or damaged"):
        examined(made_animation(form)[:-missing])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><title>log in</title>", "it is a web page, not a picture"),
        (b"\n <html><body>403</body></html>", "it is a web page, not a picture"),
        (b'{"error": 1}', "it is not a picture"),
        (b"BM" + bytes(60), "it is BMP, which is not kept"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "it is HEIC, which is not kept"),
        (made_image("PNG", 1, 1), "it is a placeholder of 1 × 1 pixels"),
        (made_image("GIF", 300, 1), "it is a placeholder of 300 × 1 pixels"),
        (declared_png(60_000, 60_000), "60000 × 60000 pixels are more than images.max_pixels"),
        (made_image("GIF") + b"<script>alert(1)</script>;", "something else: it contains <script>"),
        (made_image("JPEG") + b"PK\x05\x06" + bytes(18), "it contains a ZIP archive"),
        (made_image("PNG") + b"<?php phpinfo();", "it contains <?php"),
        (made_image("PNG") + b"<%@ page import", "it contains <%@ page"),
        (b"<!---->" * 40 + b"x", "it is not a picture"),
        (f"<svg {_SVG}><".encode(), "the drawing cannot be cleaned: its XML is damaged"),
        (b"<svg><path/></svg>", "its root is no svg element"),
    ],
)
def test_what_is_not_a_picture_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        examined(body)
    assert reason in str(raised.value)


def test_a_picture_may_have_the_bytes_of_a_sign_by_chance() -> None:
    assert examined(made_image("PNG") + b"<%@\x81\xfe").media_type == "image/png"


def test_placeholders_are_known_by_their_digest() -> None:
    body = made_image()
    with pytest.raises(Unreadable, match="it is a placeholder"):
        examined(body, placeholder_digests=[sha256(body).hexdigest()])
    assert len(built_in()) >= 4


@pytest.mark.parametrize(
    ("body", "is_flat"),
    [(flat_image("PNG"), True), (flat_image("JPEG"), True), (made_image("PNG"), False)],
)
def test_a_picture_like_a_warning_is_recognized_by_its_looks(body: bytes, is_flat: bool) -> None:
    assert examined(body).is_flat is is_flat


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("<script>alert(1)</script><path d='M0 0'/>", '<path d="M0 0"/>'),
        ("<path onload='x()' d='M0 0'/>", '<path d="M0 0"/>'),
        ("<a xlink:href='https://e.cn/'><path/></a>", "<g><path/></g>"),
        ("<image href='https://e.cn/1.png'/>", "<image/>"),
        ("<image href='data:image/svg+xml;base64,PHN2Zz4='/>", "<image/>"),
        ("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>a</p></foreignObject>", ""),
        ("<set attributeName='href' to='javascript:x()'/>b", "b"),
        ("<style>@import url(https://e.cn/a.css);</style>", ""),
        ("<style>path{background:image-set('https://e.cn/a' 1x)}</style>", ""),
        ("<style>path{fill:<g/>red}</style>", ""),
        ("<path style='fill:url(https://e.cn/a)'/>", "<path/>"),
        ("<use href='#a'/><path style='fill:url(#b)'/>", None),
        ("<style>path{fill:red}</style>", None),
        ("<image href='data:image/png;base64,iVBO'/>", None),
    ],
)
def test_a_drawing_is_cleaned_of_what_runs_or_loads(given: str, left: str | None) -> None:
    namespaces = f'{_SVG} xmlns:xlink="http://www.w3.org/1999/xlink"'
    found = examined(f"<svg {namespaces}>{given}</svg>".encode())
    if left is None:
        assert found.cleaned is None
        return
    inside = (found.cleaned or b"").decode().partition(">\n<svg")[2].partition(">")[2]
    assert inside.removesuffix("</svg>") == left
    assert found.digest == sha256(found.cleaned or b"").digest()


def test_entities_of_a_drawing_are_dropped_with_its_document_type() -> None:
    body = f'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg {_SVG}>&e;</svg>'
    found = examined(body.encode())
    assert found.cleaned is not None
    assert b"ENTITY" not in found.cleaned
    assert b"&e;" not in found.cleaned
