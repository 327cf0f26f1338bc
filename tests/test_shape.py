"""The shape of the program: lengths of modules and functions, imports, names, broad excepts."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    file for folder in ("ingest", "models", "migrations") for file in (ROOT / folder).rglob("*.py")
)
TREES = {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8")) for file in MODULES}
LINES = {name: (ROOT / name).read_text("utf-8").count("\n") for name in TREES}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]
LONGEST_MODULE, LONGEST_FUNCTION = 250, 40

# Who catches everything: the border of an entry and a feed; the
# program itself, for its exit code; connections, to close what is half open.
BORDERS = {
    "ingest/border.py:border",
    "ingest/cli/__init__.py:run",
    "ingest/fetch/connections.py:handle_async_request",
    "ingest/fetch/network.py:connect",
    "ingest/fetch/network.py:start_tls",
}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    text = ast.get_docstring(function, clean=False)
    about = 0 if text is None else text.count("\n") + 1
    return (function.end_lineno or 0) - function.lineno + 1 - about


def test_no_module_is_long() -> None:
    assert [name for name, lines in LINES.items() if lines > LONGEST_MODULE] == []


def test_no_function_is_long() -> None:
    long = {
        f"{name}:{function.name}"
        for name, tree in TREES.items()
        for function in functions(tree)
        if length(function) > LONGEST_FUNCTION
    }
    assert long == set()


def test_the_median_module_is_neither_tiny_nor_large() -> None:
    sizes = [n for name, n in LINES.items() if name.startswith("ingest/") and "__" not in name]
    assert 80 <= statistics.median(sizes) <= 160


def test_every_module_is_in_a_contract_of_layers() -> None:
    tops = {name.split("/")[1].removesuffix(".py") for name in TREES if name.startswith("ingest/")}
    layers = " ".join(CONTRACTS[0]["layers"])
    assert tops - set(re.findall(r"ingest\.(\w+)", layers)) - {"__init__"} == set()


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = [] if handler.type is None else ast.walk(handler.type)
    names = {node.id for node in caught if isinstance(node, ast.Name)}
    return handler.type is None or bool(names & {"Exception", "BaseException"})


def test_only_the_named_borders_catch_everything() -> None:
    broad = {
        f"{name}:{function.name}"
        for name, tree in TREES.items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }
    assert broad <= BORDERS


def test_only_one_module_reads_the_clock() -> None:
    reading = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
        | {("time", "time"), ("time", "time_ns")}
    }
    assert reading == {"ingest/clock.py"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize(
    "package", ["reading", "schedule", "rsshub", "outputs", "values", "config"]
)
def test_pure_packages_do_no_input_or_output(package: str) -> None:
    impure = {"asyncio", "httpx", "httpcore", "sqlalchemy", "models", "migrations", "socket"}
    found = {
        (name, one)
        for name, tree in TREES.items()
        if name.startswith(f"ingest/{package}/")
        for one in set(imported(tree)) & impure
    }
    assert found == set()


def test_only_the_store_imports_models_and_only_fetch_imports_httpx() -> None:
    users = {
        (name.split("/")[1], one)
        for name, tree in TREES.items()
        if name.startswith("ingest/")
        for one in set(imported(tree)) & {"models", "httpx"}
    }
    assert users == {("store", "models"), ("fetch", "httpx")}


def test_only_the_commit_writes_the_rows_of_entries() -> None:
    writing = {"insert_new", "replace_text", "renormalize", "take_late_dates", "note_noise"}
    users = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in writing
    }
    assert users == {"ingest/store/commit.py"}


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def test_no_name_calls_a_poll_a_look() -> None:
    found = {
        name
        for name, tree in TREES.items()
        for one in identifiers(tree)
        if re.search(r"(^|_)look(_(?!up)|$)|(^|_)looks$|Looks?$", one)
    }
    assert found == set()


def test_functions_are_not_named_by_participles() -> None:
    irregular = (
        "told said seen aside kept known shown taken given found made held cut written spoken"
    )
    participle = re.compile(rf"_(?:[a-z]+ed|{irregular.replace(' ', '|')})")
    names = {function.name for tree in TREES.values() for function in functions(tree)}
    assert {name for name in names if participle.fullmatch(name)} == {"_feed"}


def test_no_test_patches_the_program() -> None:
    patching = {
        file.name
        for file in (ROOT / "tests").glob("test_*.py")
        if "monkeypatch" in set(identifiers(ast.parse(file.read_text("utf-8"))))
    }
    assert patching == set()
