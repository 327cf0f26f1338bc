"""The manuals describe all commands, settings and metrics, and nothing that does not exist."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from ingest.cli import app
from ingest.config import ArchiveConfig, Config
from ingest.config.example import example_config, table_of_feed_settings
from ingest.config.tables import SEVERAL, model_of
from ingest.outputs.hexo import HexoLayout
from tests.support import make_record

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
MANUALS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
HOWTOS = sorted(path.name for path in (DOCS / "howto").glob("*.md"))
PAGES = ["commands.md", "configuration.md", *(f"howto/{name}" for name in HOWTOS)]
LANGUAGES = (DOCS, DOCS / "zh")
INDEXES = (DOCS / "README.md", DOCS / "zh" / "README.md")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands(command: Any = None, name: str = "guidang") -> Iterator[tuple[str, Any]]:
    """Yield every command with its full name, without groups."""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", {})
    for one in inner:
        yield from commands(inner[one], f"{name} {one}")
    if not inner:
        yield name, command


COMMANDS = dict(commands())
OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for parameter in command.get_params(command.make_context(name, [], resilient_parsing=True))
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--") and option != "--help"
]
SETTINGS = [
    (name, key)
    for name in Config.model_fields
    for key, field in model_of(name).model_fields.items()
    if field.description
]


def section(text: str, heading: str) -> str:
    """Return the text below a heading, up to the next heading."""
    found = re.search(rf"(?m)^#+ {heading}.*\n((?:(?!#).*\n|#[^# ].*\n)*)", text + "\n")
    return found[1] if found else ""


@pytest.mark.parametrize("folder", LANGUAGES, ids=relative)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section(command: str, folder: Path) -> None:
    assert section(text_of(folder / "commands.md"), re.escape(command) + r"\b")


GROUPS = [(), *{tuple(name.split()[1:-1]) for name in COMMANDS if name.count(" ") > 1}]


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_help_lists_show_complete_sentences(group: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*group, "--help"], env={"COLUMNS": "80"})
    assert "Commands:" in shown.output
    assert "..." not in shown.output.partition("Commands:")[2]


@pytest.mark.parametrize("folder", LANGUAGES, ids=relative)
@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_explained(command: str, option: str, folder: Path) -> None:
    explained = section(text_of(folder / "commands.md"), re.escape(command) + r"\b")
    if "(configuration.md#feeds)" in explained:
        explained += section(text_of(folder / "configuration.md"), r"\[\[feeds\]\]")
    assert f"`{option}" in explained


@pytest.mark.parametrize("folder", LANGUAGES, ids=relative)
@pytest.mark.parametrize(("table", "key"), SETTINGS)
def test_every_setting_is_explained(table: str, key: str, folder: Path) -> None:
    headings = [rf"\[\[{table}\]\]" if table in SEVERAL else rf"\[{table}\]"]
    headings += [r"\[archive\]"] if table == "outputs" else []
    manual = text_of(folder / "configuration.md")
    assert f"`{key}`" in "".join(section(manual, heading) for heading in headings)


def commands_in(manual: str) -> set[str]:
    """Return the commands that a manual names, or their groups."""
    known = {"guidang", *COMMANDS, *(name.rpartition(" ")[0] for name in COMMANDS)}
    spans = re.findall(r"`+([^`]+)`+", manual)
    lines = [line for span in spans for line in re.findall(r"\bguidang [a-z][a-z -]*", span)]
    found = set()
    for line in lines:
        words = [word for word in line.split() if not word.startswith("-")]
        whole = " ".join(words[:3])
        found.add(whole if whole in known else " ".join(words[:2]))
    return found


@pytest.mark.parametrize("manual", MANUALS, ids=relative)
def test_manuals_name_only_existing_commands(manual: Path) -> None:
    not_yet = {"guidang run"}
    groups = {name.rpartition(" ")[0] for name in COMMANDS}
    assert commands_in(text_of(manual)) - not_yet - groups <= set(COMMANDS)


@pytest.mark.parametrize("readme", READMES, ids=relative)
def test_the_readme_tables_list_all_commands(readme: Path) -> None:
    listed = re.findall(r"(?m)^\| `(guidang [^`]*)` \|", text_of(readme))
    assert sorted(listed) == sorted(COMMANDS)


def test_the_readmes_have_the_same_shell_lines() -> None:
    english, chinese = (
        [line.partition("#")[0].rstrip() for line in shell_lines(text_of(readme))]
        for readme in READMES
    )
    assert english == chinese


def test_the_readmes_show_the_same_demo_in_their_languages() -> None:
    english, chinese = (
        re.findall(r"(?s)<!-- demo -->\n(.*?)<!-- /demo -->", text_of(readme))[0]
        for readme in READMES
    )
    assert english.count("\n") == chinese.count("\n")
    assert english.partition("\n---\n")[2] == chinese.partition("\n---\n")[2]
    assert "One of them" in english
    assert "其中一个文件" in chinese


@pytest.mark.parametrize("page", PAGES)
def test_english_and_chinese_pages_show_the_same_code(page: str) -> None:
    assert code_blocks(text_of(DOCS / page)) == code_blocks(text_of(DOCS / "zh" / page))


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_their_readers_and_link_to_the_other_language(page: str) -> None:
    up = "../" * page.count("/")
    english = text_of(DOCS / page).splitlines()[2]
    chinese = text_of(DOCS / "zh" / page).splitlines()[2]
    assert re.fullmatch(rf"\*For .+\. \[中文\]\({up}zh/{page}\)\*", english)
    assert re.fullmatch(rf"\*写给.+。\[English\]\({up}\.\./{page}\)\*", chinese)


def test_every_chinese_page_has_an_english_one() -> None:
    pages = {path.relative_to(DOCS / "zh").as_posix() for path in (DOCS / "zh").rglob("*.md")}
    assert pages == {*PAGES, "README.md", "terms.md"}


@pytest.mark.parametrize("index", [*READMES, *INDEXES], ids=relative)
def test_every_index_links_all_how_tos_of_its_language(index: Path) -> None:
    chinese = "zh" in str(index.relative_to(ROOT))
    folder = (DOCS / "zh" if chinese else DOCS) / "howto"
    links = re.findall(r"\]\(([^)#:]+)\)", text_of(index))
    linked = {(index.parent / link).resolve() for link in links}
    assert {folder / howto for howto in HOWTOS} <= linked


def test_chinese_manuals_call_the_product_guidang() -> None:
    """Readers would take 归档 as a verb; only titles have it beside the name."""
    manuals = [ROOT / "README.zh-CN.md", *(DOCS / "zh").rglob("*.md")]
    verbs = re.compile(r"归档(?:会|把|用|从|的 ?Python|订阅|保存|抓取|写)")
    assert {relative(path): verbs.findall(text_of(path)) for path in manuals} == {
        relative(path): [] for path in manuals
    }


def code_blocks(manual: str) -> list[str]:
    """Return the fenced blocks without comments and without translated messages."""
    blocks = re.findall(r"(?ms)^```(\w*\n.*?)^```", manual)
    code = [block for block in blocks if not block.startswith("\nguidang: ")]
    return [re.sub(r"(?m)(^| +)# .*\n", "\n", block) for block in code]


def shell_lines(manual: str) -> list[str]:
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", manual)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("manual", MANUALS, ids=relative)
def test_every_internal_link_has_a_target(manual: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(manual))
    assert [link for link in links if not link_exists(manual, link)] == []


def link_exists(manual: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    target = (manual.parent / file).resolve() if file else manual
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in anchors(text_of(target))


def anchors(manual: str) -> set[str]:
    """Return the anchors of a manual's headings, in the form of GitHub."""
    headings = re.findall(r"(?m)^#+ (.+)$", manual)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_decision_is_listed_and_has_all_parts() -> None:
    assert re.findall(r"\]\((0[^)]*)\)", text_of(DOCS / "decisions/README.md")) == [
        decision.name for decision in DECISIONS
    ]
    for number, decision in enumerate(DECISIONS, 1):
        text = text_of(decision)
        assert text.startswith(f"# {number}. ")
        for part in ("**Choice.**", "**Why.**", "**Rejected.**", "**What would change our mind.**"):
            assert part in text


def test_the_map_names_all_modules() -> None:
    """All modules and folders at the top of `ingest` and `models` are named."""
    shown = text_of(DOCS / "architecture.md")
    stages = (path for path in (ROOT / "ingest").iterdir() if not path.name.startswith("_"))
    tables = (path for path in (ROOT / "models").glob("[a-z]*.py"))
    names = [path.name if path.suffix else f"{path.name}/" for path in (*stages, *tables)]
    assert [name for name in names if name not in shown] == []


def test_the_map_names_only_existing_modules() -> None:
    outline = text_of(DOCS / "architecture.md").split("```")[3]
    without_reserved = re.sub(r"\([^()]*\)", "", outline)
    shown = set(re.findall(r"\b[a-z_]+\.py\b", without_reserved))
    folders = ("ingest", "models", "migrations", "tests")
    assert (
        shown - {path.name for folder in folders for path in (ROOT / folder).rglob("*.py")} == set()
    )


def test_the_documented_layers_equal_the_checked_ones() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    checked = project["tool"]["importlinter"]["contracts"][0]["layers"]
    manual = text_of(DOCS / "architecture.md")
    shown = manual.partition("<!-- layers -->\n```\n")[2].partition("\n```\n<!-- /layers -->")[0]
    assert shown.splitlines() == [layer.replace("ingest.", "") for layer in checked]


def test_the_example_file_is_generated_from_the_settings() -> None:
    assert text_of(ROOT / "config.example.toml") == example_config()


def test_the_table_of_feed_settings_is_generated_from_the_settings() -> None:
    manual = text_of(DOCS / "configuration.md")
    table = manual.partition("<!-- feed settings -->\n")[2].partition("<!-- /feed settings -->")[0]
    assert table == table_of_feed_settings()


def test_the_sample_record_is_rendered_by_the_layout() -> None:
    manual = text_of(DOCS / "record.md")
    sample = manual.partition("<!-- sample -->\n```\n")[2].partition("```\n<!-- /sample -->")[0]
    body = sample.partition("<div>\n")[2].rpartition("\n</div>")[0]
    page = "https://jianghai.example.cn/news/2024/05/20/bridge"
    record = make_record(
        key="7d3c91e05b" + "0" * 54,
        feed_url="rsshub://jianghai/news",
        feed_slug="jianghai-news",
        feed_categories=("新媒体", "江海半岛网", "新闻"),
        title="江海大桥合龙：两岸车程由一个半小时缩短到十二分钟",
        link=page,
        guid=page,
        published_at=datetime(2024, 5, 20, 1, 34, 39, tzinfo=UTC),
        lead_image="https://jianghai.example.cn/i/bridge-47.jpg?w=770&resize=770%2C433",
        html=body,
    )
    layout = HexoLayout(ArchiveConfig())
    assert layout.render(record).decode() == sample
    assert f"`source/_posts/{layout.path(record)}`" in manual


def test_every_metric_is_documented() -> None:
    from ingest.web.metrics import Metrics

    manual = text_of(DOCS / "metrics.md")
    exposed = Metrics().exposition().decode()
    names = set(re.findall(r"^# HELP (\w+)", exposed, re.MULTILINE))
    assert names == set(re.findall(r"^\| `(\w+)", manual, re.MULTILINE))


@pytest.mark.parametrize(
    ("file", "backfill"), [("guidang.service", False), ("guidang-backfill@.service", True)]
)
def test_the_units_equal_the_output_of_the_command(file: str, backfill: bool) -> None:
    from ingest.cli.systemd_unit import CONFIG, unit_of

    printed = unit_of(Path("/opt/guidang/bin/guidang"), CONFIG, backfill=backfill)
    assert text_of(ROOT / "deploy" / "systemd" / file) == printed
