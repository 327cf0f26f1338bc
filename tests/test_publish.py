"""`[git]` and `[hooks]`: the actions once after each run that wrote files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.program import Program, new_program
from tests.running import running
from tests.site import Site
from tests.support import item, rss

GIT = "[git]\ncommit = true\n"


def git(folder: Path, *arguments: str) -> str:
    """Run git as the blog's owner would."""
    who = ("-c", "user.name=阿明", "-c", "user.email=ming@example.cn")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def subjects(folder: Path) -> list[str]:
    return git(folder, "log", "--format=%s").splitlines()


@pytest.fixture
def program(tmp_path: Path, site: Site) -> Program:
    """Return a program with a feed, in a git repository."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    program = new_program(tmp_path)
    program.write_config(GIT)
    site.set("/feed", rss(item(1), item(2)))
    program.good("feeds", "add", site.url("/feed"), "--title", "江海")
    return program


def test_a_run_makes_one_commit_that_lists_its_files(program: Program, site: Site) -> None:
    program.good("poll")
    assert subjects(program.folder) == ["Archive: 2 new"]
    body = git(program.folder, "log", "-1", "--format=%b")
    assert body == "江海\n+ 第1条新闻\n+ 第2条新闻\n\nGuidang-Output: archive"
    site.set("/feed", rss(item(1, description="改过的正文，比原来的长。"), item(3)))
    program.good("poll", "--all")
    assert subjects(program.folder)[0] == "Archive: 1 new, 1 edited"
    program.good("poll", "--all")
    assert len(subjects(program.folder)) == 2
    assert git(program.folder, "status", "--porcelain", "source") == ""


def test_a_takedown_is_named(program: Program) -> None:
    program.good("poll")
    program.good("takedown", "1", "--reason", "作者要求")
    assert subjects(program.folder)[0] == "Archive: 1 deleted"
    body = git(program.folder, "log", "-1", "--format=%b")
    assert "Taken down\n- https://news.example.cn/a/1.html (作者要求)\n" in body


def test_the_list_of_authors_beside_the_posts_is_committed(program: Program, site: Site) -> None:
    authors = program.folder / "source/_data/authors.yml"
    program.write_config(f'[archive]\npath = "source/_posts"\nprofile = "stellar"\n{GIT}')
    site.set("/feed", rss(item(1, author="王二")))
    program.good("poll")
    assert git(program.folder, "status", "--porcelain", "source") == ""
    assert subjects(program.folder) == ["Archive: 2 new"]
    site.set("/feed", rss(item(1, author="王二"), item(2, author="李四")))
    program.good("poll", "--all")
    assert subjects(program.folder)[0] == "Archive: 1 new, 1 edited"
    assert "~ ../_data/authors.yml" in git(program.folder, "log", "-1", "--format=%b")
    program.good("takedown", "2", "--reason", "作者要求")
    assert "李四" not in git(program.folder, "show", "HEAD:source/_data/authors.yml")
    authors.write_text(authors.read_text("utf-8").replace("王二", "王三"), "utf-8")
    site.set("/feed", rss(item(1, author="王二"), item(3, author="张三")))
    assert "authors.yml was not written by Guidang" in program.run("poll", "--all").err
    left = git(program.folder, "status", "--porcelain", "source/_data/authors.yml")
    assert left == "M source/_data/authors.yml"


def test_files_that_the_user_works_on_are_not_committed(program: Program, site: Site) -> None:
    program.good("poll")
    posts = program.folder / "source" / "_posts"
    first, _ = sorted(posts.rglob("*.md"))
    (posts / "own.md").write_text("自己的文章")
    (program.folder / "notes.txt").write_text("草稿")
    git(program.folder, "add", "notes.txt")
    first.write_text("改坏了")
    site.set("/feed", rss(item(1), item(2), item(3)))
    program.good("poll", "--all")
    shown = git(program.folder, "show", "--name-only", "--format=%s", "HEAD").splitlines()
    assert shown[0] == "Archive: 1 new"
    assert len(shown) == 3
    left = git(program.folder, "status", "--porcelain", "source", "notes.txt").splitlines()
    assert sorted(line[:2].strip() for line in left) == ["??", "A", "M"]


def test_a_file_that_the_user_deleted_is_not_committed(program: Program, site: Site) -> None:
    own = program.folder / "source" / "_posts" / "own.md"
    own.parent.mkdir(parents=True)
    own.write_text("自己的文章")
    git(program.folder, "add", "source")
    git(program.folder, "commit", "--quiet", "--message", "自己的")
    own.unlink()
    program.good("poll")
    assert "own.md" not in git(program.folder, "show", "--name-only", "HEAD")


def lock(folder: Path) -> None:
    (folder / ".git" / "index.lock").touch()


def begin_merge(folder: Path) -> None:
    (folder / ".git" / "MERGE_HEAD").write_text(git(folder, "rev-parse", "HEAD"))


def detach(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")


def ignore(folder: Path) -> None:
    (folder / ".gitignore").write_text("source/\n")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lock, "another git is at work here, or was killed"),
        (begin_merge, "a merge is not finished"),
        (detach, "no branch is checked out"),
        (ignore, "is in a .gitignore"),
    ],
)
def test_a_commit_that_cannot_be_made_is_explained_and_made_later(
    program: Program, tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "x")
    spoil(tmp_path)
    failed = program.run("poll")
    assert (failed.code, message in failed.err) == (1, True), failed
    assert message in program.good("status")
    for file in (".git/index.lock", ".git/MERGE_HEAD", ".gitignore"):
        (tmp_path / file).unlink(missing_ok=True)
    git(tmp_path, "checkout", "--quiet", "main")
    program.good("poll", "--all")
    assert subjects(tmp_path)[0] == "Archive: 2 new"
    assert message not in program.good("status")


def test_a_folder_outside_of_git_is_explained(program: Program, tmp_path: Path) -> None:
    (tmp_path / ".git").rename(tmp_path / "git")
    assert "is in no git repository; make one: git init" in program.run("poll").err


def test_commits_are_pushed(program: Program, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(tmp_path, "remote", "add", "origin", str(remote))
    git(tmp_path, "config", "push.autoSetupRemote", "true")
    program.write_config(f"{GIT}push = true\n")
    program.good("poll")
    assert subjects(remote) == ["Archive: 2 new"]


def test_the_command_runs_once_after_a_run_with_changes(tmp_path: Path, site: Site) -> None:
    program = new_program(tmp_path)
    script = "import pathlib as p; open('runs', 'a').write(f'{len([*p.Path().rglob(\"*.md\")])} ')"
    program.write_config(f"[hooks]\nafter = {json.dumps([sys.executable, '-c', script])}\n")
    site.set("/feed", rss(item(1), item(2)))
    program.good("feeds", "add", site.url("/feed"))
    for _ in range(2):
        program.good("poll", "--all")
    assert (tmp_path / "runs").read_text() == "2 "


def test_entries_that_change_no_file_do_not_start_the_command(tmp_path: Path, site: Site) -> None:
    program = new_program(tmp_path)
    script = "open('runs', 'a').write('x')"
    program.write_config(f"[hooks]\nafter = {json.dumps([sys.executable, '-c', script])}\n")
    site.set("/feed", rss(item(1, pubDate="")))
    program.good("feeds", "add", site.url("/feed"), "--publish-after", "30d")
    program.good("poll")
    assert not (tmp_path / "runs").exists()
    program.good("feeds", "set", "1", "--publish-after", "1s")
    program.good("poll", "--all")
    program.good("archive", "--rebuild")
    program.good("poll", "--all")
    assert (tmp_path / "runs").read_text() == "x"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["no-such-program"], "no-such-program: cannot be started: No such file or directory"),
        ([sys.executable, "-c", "print('x'); raise SystemExit(3)"], "exit code 3: x"),
        (["sleep", "60"], "sleep 60: it took longer than 0:00:01"),
    ],
)
def test_a_command_that_fails_is_reported_and_tried_again(
    tmp_path: Path, site: Site, command: list[str], message: str
) -> None:
    program = new_program(tmp_path)
    program.write_config(f'[hooks]\nafter = {json.dumps(command)}\ntimeout = "1s"\n')
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    for _ in range(2):
        failed = program.run("poll", "--all")
        assert (failed.code, message in failed.err) == (1, True), failed


def test_the_service_publishes_once_per_run_and_when_an_embargo_ends(
    tmp_path: Path, site: Site
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    script = "import pathlib as p; open('runs', 'a').write(f'{len([*p.Path().rglob(\"*.md\")])} ')"
    hooks = f'after = {json.dumps([sys.executable, "-c", script])}\npause = "1s"\n'
    site.set("/free", rss(item(1), item(2)))
    site.set("/held", rss(item(3, pubDate=""), title="待发"))
    held = f'[[feeds]]\nurl = "{site.url("/held")}"\ninterval = "1h"\npublish_after = "4s"\n'
    runs = tmp_path / "runs"
    settings = f"{GIT}\n[hooks]\n{hooks}\n{held}"
    with running(tmp_path, site.url("/free"), settings=settings) as daemon:
        daemon.wait_until(lambda: runs.exists() and runs.read_text().endswith("3 "))
        daemon.wait_until(lambda: len(subjects(tmp_path)) == 2)
    assert runs.read_text().endswith("2 3 ")
    assert subjects(tmp_path) == ["Archive: 1 new", "Archive: 2 new"]
    assert len(site.requests_to("/held")) == 1
