"""Run a real pywb, for the long tests: a web archive with one collection, on loopback.

pywb is installed once, in .cache/pywb of the checkout.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.running import free_port

VERSION = "2.10.0"
CACHE = Path(__file__).parents[1] / ".cache/pywb" / VERSION
COLLECTION = "kept"
_SECONDS = 60


@contextlib.contextmanager
def pywb(folder: Path, warc: Path) -> Iterator[str]:
    """Serve a WARC file, or the WARC files in a WACZ file; yield the URL of the collection."""
    _install()
    _run("wb-manager", "init", COLLECTION, folder=folder)
    unpack = ["--unpack-wacz"] if warc.suffix == ".wacz" else []
    _run("wb-manager", "add", *unpack, COLLECTION, str(warc), folder=folder)
    port = free_port()
    command = [_program("wayback"), "-b", "127.0.0.1", "-p", str(port)]
    with (folder / "pywb.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}/{COLLECTION}"
        transport = httpx.HTTPTransport(retries=8)  # the waits double with each retry
        with httpx.Client(transport=transport, timeout=_SECONDS, trust_env=False) as client:
            client.get(f"{address}/cdx?url=http://none.example.cn/").raise_for_status()
        yield address
    finally:
        server.terminate()
        server.wait()


def _install() -> None:
    if (CACHE / "installed").exists():
        return
    venv.create(CACHE, with_pip=True, clear=True)
    # pywb imports pkg_resources, which later versions of setuptools do not have.
    packages = [f"pywb=={VERSION}", "setuptools<81"]
    subprocess.run([_program("pip"), "install", "--quiet", *packages], check=True)
    (CACHE / "installed").touch()


def _run(name: str, *arguments: str, folder: Path) -> None:
    subprocess.run([_program(name), *arguments], cwd=folder, check=True, capture_output=True)


def _program(name: str) -> str:
    return str(CACHE / ("Scripts" if sys.platform == "win32" else "bin") / name)
