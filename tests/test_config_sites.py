"""The sites that `guidang init` recognises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.config import ArchiveConfig, load_config
from ingest.config.example import example_config
from ingest.config.sites import recognise_site
from tests.program import Program

HEXO = {"package.json": '{"dependencies": {"hexo": "^8.1.1"}}'}
ABBRLINK = {"package.json": '{"dependencies": {"hexo": "^8.1.1", "hexo-abbrlink": "^2.2.1"}}'}
POSTS = {"path": "source/_posts/feeds", "layout": "hexo"}
ZONE = {"timezone": "Asia/Shanghai", "date_style": "local"}


@pytest.mark.parametrize(
    ("files", "settings"),
    [
        ({}, None),
        ({"_config.yml": "title: 什么"}, None),
        (HEXO, POSTS),
        (HEXO | {"_config.yml": "theme: volantis"}, POSTS | {"profile": "volantis"}),
        (HEXO | {"_config.yml": "theme: hexo-theme-NexT"}, POSTS | {"profile": "next"}),
        (HEXO | {"_config.yml": "theme: mine", "_config.fluid.yml": ""}, POSTS),
        (HEXO | {"_config.fluid.yml": ""}, POSTS | {"profile": "fluid"}),
        (HEXO | {"_config.yml": "timezone: Asia/Shanghai"}, POSTS | ZONE),
        (HEXO | {"_config.yml": "timezone: ''"}, POSTS),
        (HEXO | {"_config.yml": "timezone: Moon/Crater"}, POSTS),
        (HEXO | {"_config.yml": "source_dir: src"}, POSTS | {"path": "src/_posts/feeds"}),
        (HEXO | {"_config.yml": "a: [unclosed"}, POSTS),
        (ABBRLINK, POSTS | {"front_matter": {"abbrlink": "{id}"}}),
        (HEXO | {"_config.yml": "- a list"}, POSTS),
        ({"hugo.toml": ""}, {"path": "content/feeds", "layout": "hugo"}),
        ({"config/_default/hugo.toml": ""}, {"path": "content/feeds", "layout": "hugo"}),
        (
            {"Gemfile": 'gem "jekyll"', "_config.yml": "timezone: Asia/Taipei"},
            {"path": "_posts/feeds", "layout": "jekyll", "timezone": "Asia/Taipei"},
        ),
        ({"pelicanconf.py": ""}, {"path": "content/feeds", "layout": "pelican"}),
        ({"eleventy.config.mjs": ""}, {"path": "feeds", "layout": "eleventy"}),
        ({"astro.config.ts": ""}, {"path": "src/content/feeds", "layout": "astro"}),
        ({"docs/.vitepress/config.mts": ""}, {"path": "docs/feeds", "layout": "vitepress"}),
        ({"mkdocs.yml": ""}, {"path": "docs/blog/posts/feeds", "layout": "material"}),
        ({"conf.py": 'BLOG_TITLE = "x"'}, {"path": "posts/feeds", "layout": "nikola"}),
        (
            {".obsidian/app.json": "{}"},
            {"path": "feeds", "layout": "markdown", "profile": "obsidian"},
        ),
    ],
)
def test_a_site_is_known_by_its_files(
    tmp_path: Path, files: dict[str, str], settings: dict[str, Any] | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    site = recognise_site(tmp_path)
    assert (site and dict(site.settings)) == settings
    archive = ArchiveConfig.model_validate(settings or {})
    (tmp_path / "guidang.toml").write_text(example_config(archive), encoding="utf-8")
    config, _ = load_config(tmp_path / "guidang.toml", environment={})
    assert config.archive == archive.model_copy(update={"path": tmp_path / archive.path})


def test_init_in_the_folder_of_a_site_sets_up_the_archive_for_it(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(HEXO["package.json"])
    (tmp_path / "_config.yml").write_text("theme: butterfly\ntimezone: Asia/Shanghai\n")
    said = Program(tmp_path).good("init")
    assert (
        "set up the archive for Hexo: path = source/_posts/feeds, layout = hexo, "
        "profile = butterfly, timezone = Asia/Shanghai, date_style = local"
    ) in said
    config, _ = load_config(tmp_path / "config.toml", environment={})
    assert (config.archive.profile, config.archive.date_style) == ("butterfly", "local")


def test_init_gives_each_record_the_key_that_hexo_abbrlink_would_add(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(ABBRLINK["package.json"])
    assert "layout = hexo, front_matter.abbrlink = {id}" in Program(tmp_path).good("init")


@pytest.mark.parametrize(
    ("files", "beginning"),
    [
        (HEXO | {"_config.yml": "timezone: Asia/Shanghai"}, ""),
        (HEXO | {"_config.yml": "timezone: ''"}, "name your zone in _config.yml"),
        ({"conf.py": "BLOG_TITLE = 1\n# USE_SLUGIFY = False\n"}, "set USE_SLUGIFY = False"),
        ({"conf.py": "BLOG_TITLE = 1\nUSE_SLUGIFY = False\n"}, ""),
    ],
)
def test_init_says_what_to_change_in_the_settings_of_the_site(
    tmp_path: Path, files: dict[str, str], beginning: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    _, set_up, *advice, following = Program(tmp_path).good("init").splitlines()
    assert set_up.startswith("set up the archive for")
    assert following.startswith("next: ")
    assert " ".join(advice).startswith(beginning)
    assert bool(advice) == bool(beginning)


@pytest.mark.parametrize(
    ("name", "text", "new"),
    [
        ("config.toml", 'baseURL = "https://a.example.cn/"', "hugo.toml"),
        ("config.yaml", "baseurl: https://a.example.cn/", "hugo.yaml"),
        ("config.json", '{"baseURL": "https://a.example.cn/"}', "hugo.json"),
    ],
)
def test_init_leaves_a_site_alone_whose_settings_its_own_file_would_replace(
    tmp_path: Path, name: str, text: str, new: str
) -> None:
    (tmp_path / name).write_text(text)
    result = Program(tmp_path).run("init")
    assert (result.code, [file.name for file in tmp_path.iterdir()]) == (2, [name])
    assert f"as its own settings; rename {name} to {new}, then repeat" in result.err
    (tmp_path / name).rename(tmp_path / new)
    assert "set up the archive for Hugo: path = content/feeds" in Program(tmp_path).good("init")
