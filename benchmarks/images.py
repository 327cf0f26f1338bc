"""Measure how quickly pictures are kept, beside wget with the same limits for each host.

    python -m benchmarks.images [--images 10000] [--hosts 200] [--kilobytes 100] [--delay 0.05]

A server on loopback has the pictures, on many addresses, one for each host. Guidang fetches, checks
and stores them with `guidang images fetch`; wget saves them with `-P`, one after the other, and
waits as long between two requests as Guidang does for one host. With --delay 0, nobody waits.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from PIL import Image

from tests.running import free_port
from tests.support import item, rss

_IMAGES_OF_ENTRY = 20
_SAMPLED_EVERY = 0.2  # seconds
_CONFIG = """\
[fetch]
allow_private = ["127.0.0.0/8"]
host_delay = "{delay:g}s"
[images]
images = "keep"
robots = false
[[feeds]]
url = "{feed}"
"""


def hosts(count: int) -> list[str]:
    return [f"127.9.{number // 250}.{number % 250 + 1}" for number in range(count)]


def made_jpeg(size: int) -> bytes:
    """Return a JPEG of about `size` bytes."""
    side = 64
    while True:
        noise = random.Random(side).randbytes(side * side * 3)
        out = io.BytesIO()
        Image.frombytes("RGB", (side, side), noise).save(out, "JPEG", quality=90)
        if out.tell() >= size:
            return out.getvalue()
        side += 8


class Server(threading.Thread):
    """A server that gives a different picture at each path, and the feed at /feed.xml."""

    def __init__(self, addresses: Sequence[str], port: int, body: bytes, feed: bytes) -> None:
        super().__init__(daemon=True)
        self._addresses, self._port, self._body, self._feed = addresses, port, body, feed
        self.is_ready = threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, self._addresses, self._port, backlog=500)
        self.is_ready.set()
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1]
                is_feed = path == b"/feed.xml"
                body = self._feed if is_feed else self._picture(path)
                kind = b"application/rss+xml" if is_feed else b"image/jpeg"
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
                    % (kind, len(body))
                )
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _picture(self, path: bytes) -> bytes:
        """Return the picture with the path as a comment, so that each has its own digest."""
        comment = b"\xff\xfe" + (len(path) + 2).to_bytes(2) + path
        return self._body[:2] + comment + self._body[2:]


def measured(command: Sequence[str], environment: dict[str, str]) -> tuple[float, int]:
    """Run a command; return its seconds, and the most bytes that its processes used."""
    began, peak = time.perf_counter(), 0
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _memory(watched))
            time.sleep(_SAMPLED_EVERY)
        errors = process.stderr.read() if process.stderr else ""
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {errors}")
    return time.perf_counter() - began, peak


def _memory(process: psutil.Process) -> int:
    """Return the private memory of a process and its children."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_full_info().uss
    except psutil.Error:
        pass
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--delay", type=float, default=0.05)
    options = parser.parse_args()
    port, addresses = free_port(), hosts(options.hosts)
    urls = [
        f"http://{addresses[number % len(addresses)]}:{port}/{number}.jpg"
        for number in range(options.images)
    ]
    feed = f"http://{addresses[0]}:{port}/feed.xml"
    server = Server(addresses, port, made_jpeg(options.kilobytes * 1000), feed_of(urls).encode())
    server.start()
    server.is_ready.wait()
    with tempfile.TemporaryDirectory() as folder:
        ours, peak = run_guidang(Path(folder), feed, options.delay, len(urls))
        theirs = run_wget(Path(folder), urls, options.delay)
    print(f"guidang  {len(urls) / ours:7.1f} a second  {ours:7.1f} s  {peak / 1e6:.0f} MB")
    print(f"wget -P  {len(urls) / theirs:7.1f} a second  {theirs:7.1f} s")
    print(f"ratio    {theirs / ours:7.1f}")


def feed_of(urls: Sequence[str]) -> str:
    bodies = (
        "".join(f'&lt;img src="{url}"&gt;' for url in urls[start : start + _IMAGES_OF_ENTRY])
        for start in range(0, len(urls), _IMAGES_OF_ENTRY)
    )
    return rss(*(item(number, description=body) for number, body in enumerate(bodies)))


def run_guidang(folder: Path, feed: str, delay: float, count: int) -> tuple[float, int]:
    """Store the feed, then fetch its pictures; return the seconds and the memory of the latter."""
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(delay=delay, feed=feed))
    command = [sys.executable, "-m", "ingest", "--config", str(config)]
    measured([*command, "poll"], dict(os.environ, GUIDANG_IMAGES__ENABLED="false"))
    result = measured([*command, "images", "fetch"], dict(os.environ))
    kept = sum(1 for _ in (folder / "images").glob("??/*"))
    if kept != count:
        raise RuntimeError(f"{kept} of {count} pictures were kept")
    return result


def run_wget(folder: Path, urls: Sequence[str], delay: float) -> float:
    listed = folder / "urls.txt"
    listed.write_text("\n".join(urls))
    wait = [f"--wait={delay:g}"] if delay else []
    command = ["wget", "--quiet", *wait, "-P", str(folder / "wget"), "-i", str(listed)]
    return measured(command, dict(os.environ))[0]


if __name__ == "__main__":
    main()
