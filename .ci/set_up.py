"""Make the virtual environment that everything here runs in; needs CPython alone.

    python3 .ci/set_up.py

It is quick when nothing has changed: a mark in the environment holds the digest of what it was
made from. The file must be readable to a Python that is too old, so that it can say so.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
MARK = ENVIRONMENT / ".made-from"
OLDEST = (3, 11)


def main():
    check_python()
    made_from = digest()
    if MARK.is_file() and MARK.read_text() == made_from and PYTHON.exists():
        return
    say("making {} with Python {}".format(ENVIRONMENT.name, sys.version.split()[0]))
    run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    say("installing what requirements.lock names (once, about half a minute)")
    # The lock is complete; older versions of pip fail when they look for more.
    pip_install("--no-deps", "--require-hashes", "-r", "requirements.lock")
    # Without isolation, so that the build backend, too, is the one the lock names.
    pip_install("--no-deps", "--no-build-isolation", "-e", ".")
    MARK.write_text(made_from)


def check_python():
    found = "{} is Python {}".format(sys.executable, sys.version.split()[0])
    if sys.version_info < OLDEST:
        stop("guidang needs CPython 3.11 or newer; {}: install one, or name it: "
             "make PYTHON=/path/to/python3".format(found))  # fmt: skip
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("{}, but without its module venv; on Debian and Ubuntu: apt install python3-venv"
             .format(found))  # fmt: skip


def digest():
    """What the environment depends on: the Python, the place, the versions, the package's data."""
    parts = [sys.version.encode(), str(ROOT).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def pip_install(*arguments):
    options = ["--disable-pip-version-check", "--no-input", "--quiet"]
    run([str(PYTHON), "-m", "pip", *options, "install", *arguments])


def run(command):
    if subprocess.call(command, cwd=str(ROOT)):
        stop("this failed: " + " ".join(command))


def say(text):
    sys.stderr.write(text + "\n")


def stop(text):
    sys.exit("set-up: " + text)


if __name__ == "__main__":
    main()
