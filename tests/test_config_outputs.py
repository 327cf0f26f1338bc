"""The settings of several outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.config import ArchiveConfig, load_config
from ingest.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def output(**settings: str) -> str:
    given = {"name": "notes", "path": "notes"} | settings
    return "[[outputs]]\n" + "".join(f'{key} = "{value}"\n' for key, value in given.items())


ARCHIVE = "[archive]\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["archive"]),
        (ARCHIVE, ["archive"]),
        (output(), ["notes"]),
        (ARCHIVE + output(), ["archive", "notes"]),
        (output() + output(name="site", path="site"), ["notes", "site"]),
    ],
)
def test_the_archive_is_the_first_output_unless_only_others_are_set(
    tmp_path: Path, text: str, names: list[str]
) -> None:
    config, _ = load_config(write(tmp_path, text), environment={})
    assert [one.name for one in config.every_output] == names
    assert all(one.path.is_absolute() for one in config.every_output)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (output() + output(path="b"), "outputs: another output is called 'notes'"),
        (output(name="archive"), "outputs: another output is called 'archive'"),
        (output() + output(name="b"), "the outputs notes, b share a folder"),
        (output() + output(name="b", path="notes/deep"), "the outputs notes, b share a folder"),
        (output(path="./x/../n") + output(name="b", path="n"), "the outputs notes, b share"),
        (ARCHIVE + output(path="source/_posts/new"), "the outputs archive, notes share a folder"),
        (output(path="link/x") + output(name="b", path="real"), "the outputs notes, b share"),
        (
            output(duplicates="link") + "[duplicates]\nenabled = false\n",
            "duplicates: the output notes needs enabled = true, or duplicates = keep",
        ),
        (output(name="a b"), "number 1: name: write at most 40 letters"),
        (output(layout="hugox"), "number 1: layout: no such layout; known are hexo"),
        (output(profile="x"), "number 1: profile: the layout hexo has no such profile: "),
        (output(template="{id}.txt"), "number 1: template: must end with .md or .html"),
        (output(since="2024-13-01"), "number 1: since: "),
        (output(since="2024-02-01", until="2024-01-31"), "number 1: until: is earlier than since"),
        ("[[outputs]]\npath = 'x'\n", "number 1: name: is missing"),
        ("[[outputs]]\nname = 'x'\n", "number 1: path: is missing"),
        (output(pathh="x"), "number 1: pathh: no such key; did you mean path?"),
    ],
)
def test_a_mistake_in_an_output_is_explained(tmp_path: Path, text: str, mistake: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ConfigError) as raised:
        load_config(write(tmp_path, text), environment={})
    assert mistake in str(raised.value)


def test_the_settings_of_older_versions_are_known_again() -> None:
    assert ArchiveConfig().rendered_with == (
        '{"layout":"hexo","timezone":"Asia/Shanghai","date_style":"rfc822",'
        '"default_category":"未分类","default_image":""}'
    )
