"""Decoding content codings in bounded memory, also of damaged and hostile bodies."""

import gzip
import os
import time
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from ingest.fetch.decompress import Body, Damaged, Overflow

TEXT = "<rss>归档，一字不差。</rss>\n".encode() * 3000
MB = 1 << 20


def bare_deflate(body):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(body) + compressor.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def unpack(encoding, data, *, limit=10 * MB, step=65536):
    body = Body(encoding, limit)
    for start in range(0, len(data), step):
        for _ in body.write(data[start : start + step]):
            pass
    for _ in body.finish():
        pass
    return body.content()


@pytest.mark.parametrize("step", [1, 7, 65536])
@pytest.mark.parametrize("coding", PACKERS)
def test_a_body_is_decoded_in_pieces_of_any_size(coding, step):
    assert unpack(coding, PACKERS[coding](TEXT), step=step) == TEXT


@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("body", [b"", b"x", os.urandom(200_000)], ids=["none", "one", "random"])
def test_empty_small_and_random_bodies_are_decoded(coding, body):
    assert unpack(coding, PACKERS[coding](body)) == body


@pytest.mark.parametrize("step", [1, 65536])
def test_deflate_without_a_zlib_header_is_decoded(step):
    assert unpack("deflate", bare_deflate(TEXT), step=step) == TEXT


def test_several_codings_are_decoded_in_turn():
    assert unpack("gzip, br", brotli.compress(gzip.compress(TEXT))) == TEXT
    assert unpack("deflate, identity, zstd", zstandard.compress(zlib.compress(TEXT))) == TEXT


def test_too_many_codings_are_refused():
    with pytest.raises(Damaged):
        Body(", ".join(["gzip"] * 4), MB)


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_a_gzip_file_is_unpacked_with_or_without_a_label(encoding):
    packed = PACKERS[encoding](gzip.compress(TEXT)) if encoding else gzip.compress(TEXT)
    assert unpack(encoding, packed) == TEXT


def test_several_members_and_padding_are_decoded():
    assert unpack("gzip", gzip.compress(b"one ") + gzip.compress(b"two") + bytes(512)) == b"one two"
    assert unpack("zstd", zstandard.compress(b"one ") + zstandard.compress(b"two")) == b"one two"


PLAIN = [
    b"",
    b"x",
    b"<?xml version='1.0'?><rss/>",
    b"<!DOCTYPE html><html>" + b"<p>x" * 1000,
    b'{"version": "https://jsonfeed.org/version/1.1"}',
    b"\xef\xbb\xbf<feed/>",
    b"\n\n <rss version='2.0'>",
    "<标题>中文</标题>".encode("gb18030"),
    "<rss/>".encode("utf-16"),
]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "utf-8", "none", "gzip, br"])
@pytest.mark.parametrize("body", PLAIN)
def test_a_plain_body_with_a_false_label_stays_unchanged(coding, body):
    assert unpack(coding, body) == body


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_truncated_body_is_damaged(coding):
    packed = PACKERS[coding](os.urandom(300_000))
    with pytest.raises(Damaged):
        unpack(coding, packed[: len(packed) // 2])


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_with_a_damaged_middle_is_damaged(coding):
    packed = bytearray(PACKERS[coding](os.urandom(300_000)))
    packed[200_000:] = b"<html>502 Bad Gateway</html>" * 100
    with pytest.raises(Damaged):
        unpack(coding, bytes(packed))


@pytest.mark.parametrize("limit", [2, 999, 1000])
@pytest.mark.parametrize("coding", ["", *PACKERS])
def test_a_body_over_the_limit_overflows_and_keeps_the_beginning(coding, limit):
    data = os.urandom(1001)
    body = Body(coding, limit)
    with pytest.raises(Overflow):
        for _ in body.write(PACKERS[coding](data) if coding else data):
            pass
    assert body.content() == data[:limit]


BOMB = bytes(256 * MB)


@pytest.mark.parametrize(
    "pack", ["gzip", "deflate", "bare", "br", "zstd", "gzip of gzip", "br of gzip"]
)
def test_a_decompression_bomb_takes_little_more_memory_than_the_limit(pack):
    bomb = {
        "gzip": lambda: ("gzip", gzip.compress(BOMB, 1)),
        "deflate": lambda: ("deflate", zlib.compress(BOMB, 1)),
        "bare": lambda: ("deflate", bare_deflate(BOMB)),
        "br": lambda: ("br", brotli.compress(BOMB, quality=1)),
        "zstd": lambda: ("zstd", zstandard.compress(BOMB)),
        "gzip of gzip": lambda: ("gzip", gzip.compress(gzip.compress(BOMB, 1))),
        "br of gzip": lambda: ("gzip, br", brotli.compress(gzip.compress(BOMB, 1), quality=1)),
    }
    encoding, packed = bomb[pack]()
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(Overflow):
            unpack(encoding, packed, limit=4 * MB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * MB
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("coding", "empty"),
    [
        ("gzip", gzip.compress(b"", mtime=0)),
        ("zstd", zstandard.compress(b"")),
        ("", gzip.compress(b"", mtime=0)),
    ],
)
def test_many_empty_members_are_refused_soon(coding, empty):
    began = time.process_time()
    with pytest.raises((Damaged, Overflow)):
        unpack(coding, empty * 200_000)
    assert time.process_time() - began < 10


def test_a_stream_that_decodes_to_nothing_overflows():
    # Empty stored blocks: many bytes that decode to nothing.
    nothing = b"\x78\x01" + b"\x00\x00\x00\xff\xff" * MB
    with pytest.raises(Overflow):
        unpack("deflate", nothing, limit=MB)


def test_decoding_is_split_into_small_pieces_of_work():
    body = Body("gzip", 64 * MB)
    longest, before, pieces = 0.0, time.thread_time(), 0
    for _ in body.write(gzip.compress(bytes(32 * MB), 1)):
        now = time.thread_time()
        longest, before, pieces = max(longest, now - before), now, pieces + 1
    assert pieces >= 32 * MB / 65536
    assert longest < 0.1
