"""Make the virtual environment that everything here runs in; needs CPython alone.

    python3 .ci/set_up.py

It is quick when nothing has changed: a mark in the environment holds the digest of what it was
made from.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
MARK = ENVIRONMENT / ".made-from"
OLDEST = (3, 11)


def main() -> None:
    check_python()
    made_from = digest()
    if MARK.is_file() and MARK.read_text() == made_from:
        return
    make_environment()
    pip = [str(python()), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    say("installing the locked dependencies (once)")
    # The lock is complete; older versions of pip fail when they look for more.
    run([*pip, "install", "--no-deps", "--require-hashes", "-r", "requirements.lock"])
    run([*pip, "install", "--no-deps", "--no-build-isolation", "-e", "."])
    MARK.write_text(made_from)


def check_python() -> None:
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), sys.version.split()[0]
        sys.exit(f"guidang needs Python {wanted} or newer, this is {found}; name one: make PYTHON=…")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        sys.exit(f"this Python has no venv module; on Debian and Ubuntu: apt install {name}")


def digest() -> str:
    parts = [sys.version.encode(), str(ROOT).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_environment() -> None:
    say(f"making {ENVIRONMENT.name} with Python {sys.version.split()[0]}")
    run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])


def python() -> Path:
    return ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"


def run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT)
    if done.returncode:
        sys.exit(f"that failed: {' '.join(command)}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
