"""A new template for the paths of existing records; old paths become redirects."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.config import ArchiveConfig
from ingest.follow.files import Output
from ingest.follow.files.renaming import Renaming
from tests.hexo import Hexo
from tests.program import new_program
from tests.site import Site
from tests.support import item, rss
from tests.world import World

_AT = datetime(2026, 4, 1, tzinfo=UTC)


def with_template(world: World, template: str) -> ArchiveConfig:
    return world.config.archive.model_copy(update={"template": template})


@pytest.fixture
def archived(world: World, site: Site) -> World:
    for name in ("a", "b"):
        site.set(f"/{name}.xml", rss(*(item(n, guid=str(n), title=f"{name}{n}") for n in (1, 2))))
        world.add(site.url(f"/{name}.xml"))
    world.poll()
    return world


def test_files_move_to_the_paths_of_a_new_template(archived: World) -> None:
    before = archived.files()
    config = with_template(archived, "{year}/{id}.md")
    Output(config, archived.database).rebuild(now=_AT)
    assert archived.files() == before
    assert Renaming(config, archived.database).rename(now=_AT) == 4
    after = archived.files()
    assert sorted(after.values()) == sorted(before.values())
    assert {path.count("/") for path in after} == {1}
    assert sorted(folder.name for folder in archived.folder.root.iterdir()) == [
        ".guidang-unfinished",
        "2022",
    ]
    assert archived.folder.check() == []
    assert Renaming(config, archived.database).rename(now=_AT) == 0


def test_the_next_rename_finishes_an_interrupted_one(archived: World) -> None:
    before = archived.files()
    config = with_template(archived, "{id}.md")
    Renaming(config, archived.database).rename(now=_AT)
    for path, content in before.items():  # as if it had been stopped before it deleted them
        (archived.folder.root / path).parent.mkdir(parents=True, exist_ok=True)
        (archived.folder.root / path).write_bytes(content)
    changed = min(before)
    (archived.folder.root / changed).write_bytes(b"by hand")
    Renaming(config, archived.database).rename(now=_AT)
    assert [path for path in archived.files() if path in before] == [changed]


def test_an_old_path_that_is_the_current_file_is_not_deleted(archived: World) -> None:
    """A link to the folder stands for a file system that ignores case."""
    before = archived.files()
    Renaming(with_template(archived, "Posts/{id}.md"), archived.database).rename(now=_AT)
    config = with_template(archived, "posts/{id}.md")
    Renaming(config, archived.database).rename(now=_AT)
    (archived.folder.root / "Posts").symlink_to("posts")
    Renaming(config, archived.database).rename(now=_AT)
    assert sorted(archived.files().values()) == sorted(before.values())
    assert Output(config, archived.database).check() == []


def test_old_addresses_redirect_to_the_current_one(
    tmp_path: Path, sqlite_url: str, site: Site, hexo: Hexo
) -> None:
    world = World(tmp_path, sqlite_url)
    site.set("/a.xml", rss(item(1, title="it's 标题")))
    world.add(site.url("/a.xml"))
    world.poll()
    paths = [*world.files()]
    for template in ("{title}-{id}.md", "{year}/{id}.md"):
        config = with_template(world, template)
        Renaming(config, world.database).rename(now=_AT)
        paths += world.files()
    redirects = Renaming(config, world.database).redirects()
    assert redirects.count("\n") == 3
    more = f"permalink: :title/\n{redirects}"
    public = hexo.build(config.path, plugins=["hexo-generator-alias"], more=more)
    *old, new = [path.removesuffix(".md") for path in paths]
    for path in old:
        page = (public / path / "index.html").read_text("utf-8")
        assert f'content="0; url=http://site.example.cn/{new}/"' in page
    world.database.dispose()


def test_the_command_renames_and_lists_redirects(tmp_path: Path, site: Site) -> None:
    site.set("/a.xml", rss(item(1)))
    program = new_program(tmp_path, feeds=[site.url("/a.xml")])
    program.good("poll")
    program.write_config(
        f'[archive]\ntemplate = "{{id}}.md"\n[[feeds]]\nurl = "{site.url("/a.xml")}"\n'
    )
    assert "1 file has another path than new ones get; to move it: guidang archive --rename" in (
        program.good("archive", "--rebuild")
    )
    out = program.good("archive", "--rename", "--redirects", "redirects.yml")
    assert "1 file moved in " in out
    assert "old addresses are listed in redirects.yml" in out
    listed = (tmp_path / "redirects.yml").read_text("utf-8")
    assert listed.startswith("alias:\n  '127.0.0.1")
    assert program.good("archive", "--rebuild").count("\n") == 1
    refused = program.run("archive", "--rename", "--check")
    assert refused.code == 2
    assert "exclude each other" in refused.err
