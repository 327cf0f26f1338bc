"""Every text that the commands show exists in English and in Chinese."""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from ingest.messages import LOCALE, SIMPLIFIED, TRADITIONAL, _Chinese, language_of
from ingest.wrapping import wrap
from tests.program import Program
from tests.site import Site

ROOT = Path(__file__).parents[1]
CLI = sorted((ROOT / "ingest/cli").glob("*.py"))
SHOWN_BY = {"say", "_print", "_heading", "_complain", "print_table", "confirm", "Text", "append"}
MARKS = {"_", "ngettext", "message"}
FIELD = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("collect_messages", ROOT / ".ci/messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wanted(tool: ModuleType) -> Catalog:
    return tool.collect()


def texts(catalog: Catalog) -> set[str]:
    return {str(message.id) for message in catalog if message.id}


@pytest.mark.parametrize("language", [SIMPLIFIED, TRADITIONAL])
def test_every_message_is_translated(tool: ModuleType, wanted: Catalog, language: str) -> None:
    catalog = tool.read(language)
    hint = "run `make messages`, and translate what it lists in zh_CN"
    assert texts(wanted) - texts(catalog) == set(), hint
    assert texts(catalog) - texts(wanted) == set(), hint
    assert tool.missing(catalog) == [], hint
    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert not catalog.obsolete


@pytest.mark.parametrize("language", [SIMPLIFIED, TRADITIONAL])
def test_a_translation_has_the_same_fields_as_its_message(tool: ModuleType, language: str) -> None:
    for message in tool.read(language):
        one = message.id[-1] if isinstance(message.id, tuple) else message.id
        other = message.string[0] if isinstance(message.string, tuple) else message.string
        if one:
            assert sorted(FIELD.findall(one)) == sorted(FIELD.findall(other)), one


def test_the_traditional_catalogue_matches_the_simplified_one(tool: ModuleType) -> None:
    made = {str(m.id): m.string for m in tool.traditional(tool.read(SIMPLIFIED)) if m.id}
    assert made == {str(m.id): m.string for m in tool.read(TRADITIONAL) if m.id}


@pytest.mark.parametrize("language", [SIMPLIFIED, TRADITIONAL])
def test_the_compiled_catalogue_matches_its_source(tool: ModuleType, language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, tool.read(language))
    assert compiled.getvalue() == tool.path_of(language, "mo").read_bytes()


def unmarked(tree: ast.AST) -> Iterator[str]:
    """Yield the texts that are shown without being translated or marked."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call) in SHOWN_BY:
            yield from (text for given in call.args for text in bare_texts(given))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", None) or getattr(call.func, "attr", "")


def bare_texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and name_of(node) not in {"join", *SHOWN_BY}:
        return
    if isinstance(node, ast.Subscript | ast.Compare):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for inner in ast.iter_child_nodes(node):
        yield from bare_texts(inner)


COMMANDS_AND_STYLES = {
    "guidang backfill ",
    "dim",
    "bold",
    "red",
    "green",
    "yellow",
    "cyan",
    "bold red",
    "guidang: ",
}


@pytest.mark.parametrize("module", CLI, ids=lambda path: path.name)
def test_every_text_that_a_command_shows_is_marked(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    words = [text for text in unmarked(tree) if re.search("[a-z]{2}", text)]
    assert [text for text in words if text not in COMMANDS_AND_STYLES] == []


def test_the_check_finds_unmarked_texts() -> None:
    tree = ast.parse("say(f'{count} feeds')\nsay(_('marked'))\nprint_table(['feed'], rows)")
    assert list(unmarked(tree)) == [" feeds", "feed"]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "en_US.UTF-8"}, None),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "zh_CN.UTF-8"}, SIMPLIFIED),
        ({"LANG": "zh_SG"}, SIMPLIFIED),
        ({"LANG": "zh"}, SIMPLIFIED),
        ({"LANG": "zh_TW.UTF-8"}, TRADITIONAL),
        ({"LANG": "zh_HK.UTF-8"}, TRADITIONAL),
        ({"LANG": "zh_Hant"}, TRADITIONAL),
        ({"LANG": "zh-Hans-CN"}, SIMPLIFIED),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, SIMPLIFIED),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, None),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, SIMPLIFIED),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_TW:zh:en"}, TRADITIONAL),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en:zh"}, None),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "de:zh"}, SIMPLIFIED),
    ],
    ids=str,
)
def test_the_locale_chooses_the_language(environment: dict[str, str], language: str | None) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("it is new", "新添加的"),
        ("no answer: DNS: no such host", "没有响应：DNS：没有这个主机"),
        ("the server answered 500", "服务器回答 500"),
        (
            "the server answered 429, asks to wait 0:05:00: not asked again before",
            "服务器回答 429，要求等待 0:05:00：在此之前不再请求",
        ),
        ("/a/b: cannot be read: Permission denied", "/a/b：无法读取：没有权限"),
        ("not a feed: {site}", "不是订阅源：{site}"),
        (
            "a sentence that nobody knows: 100% {of} it",
            "a sentence that nobody knows: 100% {of} it",
        ),
        ("", ""),
        ("  \n", "  \n"),
    ],
)
def test_a_finished_sentence_is_translated_when_shown(english: str, chinese: str) -> None:
    with (LOCALE / SIMPLIFIED / "LC_MESSAGES/guidang.mo").open("rb") as file:
        catalogue = _Chinese(file)
    assert "\n".join(map(catalogue.recognized, english.split("\n"))) == chinese


def test_lines_break_between_chinese_characters_but_not_before_a_comma() -> None:
    assert wrap("见过的东西，不丢、不重，see docs。", 10) == [
        "见过的东",
        "西，不丢、",
        "不重，see",
        "docs。",
    ]


@pytest.fixture
def chinese(tmp_path: Path) -> Program:
    return Program(tmp_path, env={"LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"})


def test_commands_write_chinese_in_a_chinese_locale(chinese: Program, site: Site) -> None:
    site.set("/feed", status=500)
    shown = chinese.run("feeds", "--help").out
    assert ("用法：" in shown, "添加订阅源" in shown, "命令：" in shown) == (True, True, True)
    assert "已写入" in chinese.good("init", ".")
    assert "已添加" in chinese.good("feeds", "add", "--force", site.url("/feed"))
    assert "失败 1" in chinese.run("poll").out
    status = chinese.good("status")
    assert ("数据库：" in status, "服务器回答 500" in status) == (True, True)
    assert "服务器回答 500" in chinese.good("feeds", "show", "1")
    assert chinese.run("feeds", "show", "9").err.startswith("guidang: 没有名为 '9' 的订阅源")
    assert "缺少参数 'URL...'" in chinese.run("feeds", "add").err


def test_stored_texts_and_json_output_stay_english(chinese: Program, site: Site) -> None:
    site.set("/feed", status=500)
    chinese.good("init", ".")
    chinese.good("feeds", "add", "--force", site.url("/feed"))
    chinese.run("poll")
    shown = json.loads(chinese.good("feeds", "show", "1", "--json"))
    assert (shown["last_error"], shown["state"]) == ("the server answered 500", "failing")


@pytest.mark.parametrize("language", ["C", "en_US.UTF-8"])
def test_commands_write_english_in_other_locales(tmp_path: Path, language: str) -> None:
    program = Program(tmp_path, env={"LANG": language, "PYTHONUTF8": "1"})
    assert "Usage: " in program.run("feeds", "--help").out
    assert program.run("status").err.startswith("guidang: no configuration: neither")


def test_the_chinese_help_loads_neither_babel_nor_opencc() -> None:
    program = (
        "import sys; from ingest.cli import run; run(['--help'])\n"
        "sys.exit('babel' in sys.modules or 'opencc' in sys.modules)"
    )
    environment = {"LANG": "zh_TW.UTF-8", "PYTHONUTF8": "1"}
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (shown.returncode, "選項：" in shown.stdout) == (0, True)
