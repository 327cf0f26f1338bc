"""Make the virtual environment of this checkout; needs only CPython.

    python3 .ci/set_up.py          install the program
    python3 .ci/set_up.py tests    also the libraries of the tests

It is quick if nothing has changed: for each step, a file in the environment has the digest of the
step's inputs. Python 3.6 must be able to run this file, to tell its user that it is too old.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
OLDEST = (3, 11)
INSTALLER, PROGRAM, ALL = ".ci/installer.lock", "deploy/requirements.lock", "requirements.lock"


def main():
    check_python()
    once(make_environment, sys.version, str(ROOT), read(INSTALLER), read(PROGRAM))
    once(install_project, read("pyproject.toml"))
    if "tests" in sys.argv[1:]:
        once(install_for_tests, read(ALL))


def check_python():
    found = f"{sys.executable} is Python {sys.version.split()[0]}"
    if sys.version_info < OLDEST:
        wanted = "install CPython 3.11 or newer, or name it: make PYTHON=/path/to/python3"
        stop(f"{found}, which is too old; {wanted}")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(f"{found}, but has no module venv; on Debian and Ubuntu: apt install python3-venv")


def once(step, *made_from):
    """Run the step unless it has run with the same inputs."""
    mark = ENVIRONMENT / f".{step.__name__}"
    digest = hashlib.sha256("\0".join(made_from).encode()).hexdigest()
    if PYTHON.exists() and mark.is_file() and mark.read_text() == digest:
        return
    step()
    mark.write_text(digest)


def make_environment():
    say(f"making {ENVIRONMENT.name} with Python {sys.version.split()[0]}")
    run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(ENVIRONMENT)])
    bootstrap_pip()
    say("installing the program's libraries (once, about 45 MB)")
    install_lock(PROGRAM)


def bootstrap_pip():
    """Install a recent pip, which is twice as fast as the pip of an old Python."""
    options = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", INSTALLER]
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if subprocess.call([*pip, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        run([str(PYTHON), "-m", "ensurepip"], stdout=subprocess.DEVNULL)
        pip = [str(PYTHON), "-m", "pip"]
    run([*pip, "--disable-pip-version-check", "--no-input", *options])


def install_project():
    # --no-build-isolation: the build then uses the locked version of the build backend.
    pip_install("--no-deps", "--no-build-isolation", "-e", ".")


def install_for_tests():
    say("installing the libraries of the tests (once, about 120 MB more)")
    install_lock(ALL)


def install_lock(name):
    # --no-deps: the lock is complete, and older versions of pip fail when they check it.
    # --no-compile: compiling everything takes as long as the installation.
    pip_install("--no-compile", "--no-deps", "--require-hashes", "-r", name)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pip_install(*arguments):
    options = ["--disable-pip-version-check", "--no-input", "--quiet"]
    run([str(PYTHON), "-m", "pip", *options, "install", *arguments])


def run(command, **options):
    if subprocess.call(command, cwd=str(ROOT), **options):
        stop("this failed: " + " ".join(command))


def say(text):
    print(text, file=sys.stderr)


def stop(text):
    sys.exit("set-up: " + text)


if __name__ == "__main__":
    main()
