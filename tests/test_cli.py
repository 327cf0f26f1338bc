"""The commands, as a user runs them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.config import FeedSettings
from ingest.config.feed_settings import option_of
from tests.program import Program, new_program
from tests.site import Site
from tests.support import item, rss

ROOT = Path(__file__).parents[1]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.set("/feed.xml", rss(item(1), item(2)))
        yield site


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return new_program(tmp_path)


def test_init_writes_a_configuration_and_a_database(tmp_path: Path) -> None:
    program = Program(tmp_path)
    output = program.good("init", "blog")
    assert (tmp_path / "blog/config.toml").is_file()
    assert (tmp_path / "blog/guidang.db").is_file()
    assert "guidang feeds add" in output
    again = program.run("init", "blog")
    assert (again.code, "already exists" in again.err) == (2, True)


def test_without_a_configuration_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    result = Program(tmp_path).run("poll")
    assert result.code == 2
    assert "guidang init" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("place", ["before", "behind"])
def test_the_config_option_works_before_and_after_the_command(tmp_path: Path, place: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    new_program(tmp_path / "elsewhere")
    option = ["--config", "elsewhere/config.toml"]
    arguments = [*option, "status"] if place == "before" else ["status", *option]
    Program(tmp_path).good(*arguments)
    assert (tmp_path / "elsewhere/guidang.db").is_file()


def test_each_configuration_mistake_is_one_line(program: Program) -> None:
    program.write_config(
        "[fetch]\nproxi = 1\nmax_redirects = -1\nhttp2 = 7\n[x]\n[log]\nlevel = 'loud'\n"
    )
    result = program.run("poll")
    assert result.code == 2
    assert len(result.err.splitlines()) == 6


def test_unknown_commands_feeds_and_entries_exit_with_2(program: Program) -> None:
    assert program.run("pool").code == 2
    assert program.run("poll", "nosuchfeed").code == 2
    assert program.run("entries", "show", "99").code == 2


def test_a_feed_is_added_polled_and_listed(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"), "--category", "新媒体", "--title", "江海")
    assert "2 new" in program.good("poll")
    assert program.good("poll") == ""  # without a terminal: cron sends no mail
    assert "✓ 江海: the same document" in program.good("poll", "--all")
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["title"], feed["entries"], feed["state"]) == ("江海", 2, "fine")
    assert feed["settings"] == {"title": "江海", "categories": ["新媒体"]}
    assert "江海" in program.good("feeds", "list")
    shown = json.loads(program.good("feeds", "show", "江海", "--json"))
    assert [poll["new"] for poll in shown["polls"]] == [0, 2]
    listed = json.loads(program.good("entries", "list", "--json"))
    assert set(listed[0]) == set(
        "id feed_url feed_title feed_categories guid link title author categories published_at"
        " published_method published_precision first_seen_at updated_at lead_image language"
        " revisions files text".split()
    )
    assert listed[0]["published_at"] == "2022-01-28T13:34:39+00:00"
    assert "第1条新闻" in program.good("entries", "list")
    assert "第1条新闻" in program.good("entries", "show", str(listed[-1]["id"]))
    status = json.loads(program.good("status", "--json"))
    assert (status["entries"], status["feeds"], status["files_due"]) == (2, 1, 0)
    assert "2 entries" in program.good("status")


def test_a_failing_feed_makes_the_exit_code_one(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"))
    program.good("feeds", "add", "--no-check", site.url("/missing.xml"))
    result = program.run("poll")
    assert result.code == 1
    assert "2 new" in result.out
    assert "✗" in result.out
    assert "404" in result.out
    assert "404" in program.good("status")


def test_adding_a_page_adds_its_feed(program: Program, site: Site) -> None:
    page = (
        '<!doctype html><link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel="alternate" type="application/rss+xml" href="feed.xml" title="江海">'
    )
    site.set("/", page, content_type="text/html")
    program.good("feeds", "add", site.url("/"))
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert feed["url"] == site.url("/feed.xml")


def test_a_page_without_feeds_is_refused(program: Program, site: Site) -> None:
    site.unset("/feed.xml")  # otherwise found at this usual address
    site.set("/", "<!doctype html><p>hi", content_type="text/html")
    result = program.run("feeds", "add", site.url("/"))
    assert (result.code, "names no feed" in result.err) == (2, True)


def test_opml_is_imported_and_exported(program: Program, site: Site, tmp_path: Path) -> None:
    opml = (
        '<?xml version="1.0" encoding="gb2312"?><opml version="2.0"><body><outline text="新闻">'
        f'<outline text="江海晚报" type="rss" xmlUrl="{site.url("/feed.xml")}"/></outline>'
        '<outline text="坏" type="rss" xmlUrl="ftp://x/"/></body></opml>'
    )
    (tmp_path / "list.opml").write_bytes(opml.encode("gb18030"))
    output = program.good("feeds", "import", "list.opml")
    assert "1 feed added" in output
    assert "left out: ftp://x/" in output
    exported = program.good("feeds", "export")
    assert '<outline text="新闻"' in exported
    assert "江海晚报" in exported
    (tmp_path / "out.opml").write_text(exported)
    assert "0 feeds added, 1 already on the list" in program.good("feeds", "import", "out.opml")


def test_a_truncated_opml_file_is_imported_up_to_its_end(program: Program, tmp_path: Path) -> None:
    feed = '<outline type="rss" text="甲" xmlUrl="https://a.example/feed"/>'
    (tmp_path / "list.opml").write_text(f'<opml version="2.0"><body>{feed}<outl', "utf-8")
    result = program.run("feeds", "import", "list.opml")
    assert (result.code, "1 feed added" in result.out) == (1, True)
    assert "list.opml: cut off at line 1" in result.out + result.err
    (tmp_path / "pages.opml").write_text(
        '<opml version="2.0"><body><outline text="x" htmlUrl="https://a.example/"/></body></opml>'
    )
    assert program.run("feeds", "import", "pages.opml").code == 1


def test_a_number_names_a_feed_of_the_list_and_no_part_of_a_url(
    program: Program, site: Site
) -> None:
    site.set("/feed7.xml", rss(item(1)))
    program.good("feeds", "add", site.url("/feed7.xml"))
    refused = program.run("feeds", "remove", "7", "--yes", "--delete-entries")
    assert refused.code == 2
    assert "no feed is called '7'" in refused.err
    assert "feed7" in program.good("feeds", "show", "feed7")


def test_an_address_that_fails_is_added_only_with_force(program: Program, site: Site) -> None:
    refused = program.run("feeds", "add", site.url("/nothing"))
    assert refused.code == 2
    assert "the server answered 404" in refused.err
    assert "--force" in refused.err
    assert json.loads(program.good("feeds", "list", "--json")) == []
    program.good("feeds", "add", site.url("/nothing"), "--force")
    assert len(json.loads(program.good("feeds", "list", "--json"))) == 1


def test_every_feed_setting_has_an_option(program: Program, site: Site) -> None:
    examples = {
        name: (field.examples or ("",))[0] for name, field in FeedSettings.model_fields.items()
    }
    wanted = {name: value for name, value in examples.items() if option_of(name)}
    options = [
        word
        for name, value in wanted.items()
        for one in (value if isinstance(value, list) else [value])
        for word in (str(option_of(name)), str(one).lower() if one is False else str(one))
    ]
    program.good("feeds", "add", "--no-check", site.url("/feed.xml"), *options)
    (added,) = json.loads(program.good("feeds", "list", "--json"))
    assert added["settings"] == wanted
    program.good("feeds", "add", "--no-check", site.url("/other.xml"))
    program.good("feeds", "set", "2", *options)
    assert json.loads(program.good("feeds", "show", "2", "--json"))["settings"] == wanted


def test_feeds_are_changed_paused_resumed_and_removed(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"))
    program.good("poll")
    program.good("feeds", "set", "1", "--author", "编辑部", "--interval", "6h")
    program.good("archive")
    (file,) = (program.folder / "source").rglob("*第1条*.md")
    assert "author: 编辑部" in file.read_text(encoding="utf-8")
    said = program.good("feeds", "set", "1", "--folder", "jianghai")
    assert said.splitlines()[1] == "move its files there with: guidang archive --rename"
    program.good("feeds", "set", "1", "--author", "", "--folder", "")
    program.good("feeds", "pause", "1")
    assert "all are paused" in program.good("poll", "--all")
    program.good("feeds", "resume", "1")
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["settings"], feed["state"]) == ({"interval": "6h"}, "fine")
    refused = program.run("feeds", "remove", "1", stdin="n\n")
    assert (refused.code, len(json.loads(program.good("feeds", "list", "--json")))) == (2, 1)
    assert program.run("feeds", "remove", "1", stdin="y\n").code == 0
    assert json.loads(program.good("feeds", "list", "--json")) == []
    assert len(json.loads(program.good("entries", "list", "--json"))) == 2
    program.good("feeds", "add", site.url("/feed.xml"))
    assert "2 edited" not in program.good("poll", "--all")
    program.good("feeds", "remove", "1", "--yes", "--delete-entries")
    assert json.loads(program.good("entries", "list", "--json")) == []
    assert list((program.folder / "source").rglob("*.md")) == []


def test_a_feed_removed_from_the_file_is_paused(tmp_path: Path, site: Site) -> None:
    program = new_program(tmp_path, feeds=[site.url("/feed.xml")])
    program.good("poll")
    refused = program.run("feeds", "set", "1", "--title", "x")
    assert (refused.code, "change it there" in refused.err) == (2, True)
    program.write_config("")
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["state"], feed["entries"]) == ("paused", 2)
    assert "configuration file" in feed["paused_reason"]
    program.write_config(f'[[feeds]]\nurl = "{site.url("/feed.xml")}"\n')
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert feed["state"] == "fine"


def test_the_archive_is_checked_restored_and_rebuilt(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"))
    program.good("poll")
    assert "0 differences" in program.good("archive", "--check")
    first, second = sorted((program.folder / "source").rglob("*.md"))
    first.unlink()
    second.write_text("x")
    checked = program.run("archive", "--check", "--json")
    assert checked.code == 1
    assert {one["what"] for one in json.loads(checked.out)} == {"missing", "changed"}
    assert "1 file written" in program.good("archive")
    rebuilt = program.run("archive", "--rebuild")
    assert (rebuilt.code, "1 file written" in rebuilt.out) == (0, True)
    assert "was changed by somebody; that version is" in rebuilt.err
    assert second.with_name(f"{second.name}.guidang-old").read_text() == "x"
    assert "0 files written" in program.good("archive", "--rebuild")
    assert program.run("archive", "--check", "--rebuild").code == 2


def test_replay_reads_stored_bytes_without_requests(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"))
    program.good("poll")
    before = len(site.requests)
    assert "0 entries changed, 0 files written" in program.good("replay")
    program.good("feeds", "set", "1", "--timezone", "America/New_York")
    program.good("replay")
    assert len(site.requests) == before


def test_entries_are_stored_when_the_folder_is_not_writable(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"))
    posts = program.folder / "source/_posts"
    posts.mkdir(parents=True)
    posts.chmod(0o555)
    result = program.run("poll", powerless=True)
    assert (result.code, result.err.count("\n")) == (3, 1)
    assert "guidang archive" in result.err
    assert "2 new" in result.out
    assert len(json.loads(program.good("entries", "list", "--json"))) == 2
    posts.chmod(0o755)
    assert "2 files written" in program.good("archive")


def test_a_newer_database_is_refused(program: Program) -> None:
    import sqlite3

    program.good("db", "upgrade")
    with sqlite3.connect(program.folder / "guidang.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    result = program.run("poll")
    assert (result.code, result.err.count("\n")) == (3, 1)
    assert "newer" in result.err


def test_db_check_reports_an_intact_database(program: Program) -> None:
    program.good("db", "upgrade")
    assert "intact" in program.good("db", "check")
    assert json.loads(program.good("db", "check", "--json"))["problems"] == []


def test_an_entry_is_shown_by_any_of_its_links(program: Program, site: Site) -> None:
    program.good("feeds", "add", site.url("/feed.xml"))
    links = [f"https://{host}.example.cn/a/1" for host in ("old", "new")]
    for link in links:
        site.set("/feed.xml", rss(item(1, link=link, guid=""), item(2, guid="")))
        program.good("poll", "--all")
    shown = [json.loads(program.good("entries", "show", link, "--json")) for link in links]
    assert shown[0] == shown[1]
    assert (shown[0]["link"], shown[0]["other_links"]) == (links[1], links[:1])
    assert links[0] in program.good("entries", "show", links[1])
    for wrong in ("https://new.example.cn/a/3", "修渠记", "0"):
        assert program.run("entries", "show", wrong).code == 2


def test_debug_shows_the_traceback(program: Program) -> None:
    assert "Traceback" in program.run("poll", "nosuchfeed", "--debug").err


def test_help_and_version_are_printed(program: Program) -> None:
    for arguments in ([], ["feeds"], ["poll"], ["entries", "list"], ["db"]):
        shown = program.run_in_new_process(*arguments, "--help").out
        assert "Usage: guidang" in shown.replace("python -m ingest", "guidang")
    assert program.good("--version").startswith("guidang ")


@pytest.mark.parametrize(
    "command",
    ["poll --all", "status", "feeds list", "entries show 1", "archive", "replay", "backfill list",
     "db check", "rsshub instances", "systemd-unit"],
)  # fmt: skip
def test_each_command_works_in_a_new_process(program: Program, site: Site, command: str) -> None:
    """Other tests run commands in a process that has already imported all modules."""
    program.good("feeds", "add", site.url("/feed.xml"))
    program.good("poll")
    result = program.run_in_new_process(*command.split())
    assert (result.code, result.err) == (0, ""), result


# Mistakes and surprises of new users


def test_a_missing_database_beside_records_is_not_recreated(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll")
    for file in program.folder.glob("guidang.db*"):
        file.unlink()
    for command in (["poll"], ["status"], ["db", "check"]):
        result = program.run(*command)
        assert (result.code, result.out) == (3, "")
        assert "is not there" in result.err
        assert "guidang db upgrade" in result.err
    assert not (program.folder / "guidang.db").exists()
    program.good("db", "upgrade")
    program.good("status")


def test_a_damaged_database_is_reported(program: Program) -> None:
    program.good("db", "upgrade")
    file = program.folder / "guidang.db"
    body = bytearray(file.read_bytes())
    body[4096:60_000] = b"\xff" * len(body[4096:60_000])
    file.write_bytes(body)
    result = program.run("db", "check")
    assert result.code == 3
    assert "damaged" in result.err
    assert result.err.count("\n") == 1


def test_different_spellings_of_one_address_are_one_feed(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    for other in (site.url("/feed").replace("http", "HTTP"), site.url("/feed#x")):
        assert "already on the list: 1" in program.good("feeds", "add", other)
    assert len(json.loads(program.good("feeds", "list", "--json"))) == 1


def test_a_feed_removed_from_the_file_cannot_be_resumed(program: Program, site: Site) -> None:
    config = program.write_config(f'[[feeds]]\nurl = "{site.url("/feed")}"\n')
    program.good("feeds", "list")
    config.write_text("")
    result = program.run("feeds", "resume", "1")
    assert result.code == 2
    assert "was removed from" in result.err


@pytest.mark.parametrize("command", ["entries list", "feeds list --json", "status", "--help"])
@pytest.mark.parametrize("reader", ["true", "head -c 1"])
def test_a_closed_pipe_is_no_error(program: Program, command: str, reader: str) -> None:
    program.good("db", "upgrade")
    line = " ".join(shlex.quote(word) for word in program.command(*command.split()))
    done = subprocess.run(
        ["bash", "-c", f"{line} | {reader} > /dev/null; exit ${{PIPESTATUS[0]}}"],
        cwd=program.folder,
        env=program.environment(),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("redirection", "code", "output"),
    [
        ("> /dev/full", 3, "guidang: the output cannot be written: the disk is full\n"),
        (">&-", 0, ""),
    ],
)
def test_an_unwritable_output_is_reported(
    program: Program, redirection: str, code: int, output: str
) -> None:
    program.good("db", "upgrade")
    line = " ".join(shlex.quote(word) for word in program.command("feeds", "list"))
    done = subprocess.run(
        ["bash", "-c", f"{line} {redirection}"],
        cwd=program.folder,
        env=program.environment(),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (code, output)


def test_an_ascii_terminal_is_no_error(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, env={"PYTHONIOENCODING": "ascii"})
    program.write_config()
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    assert "1 new" in program.good("poll")
    assert "???" in program.good("entries", "list")


def test_foreign_files_are_listed_and_are_no_differences(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll")
    (program.folder / "source" / "_posts" / "hello-world.md").write_text("mine")
    output = program.good("archive", "--check")
    assert "foreign: hello-world.md" in output
    assert "0 differences, and 1 foreign file that Guidang leaves alone" in output


def test_feeds_add_tries_all_addresses(program: Program, site: Site) -> None:
    site.unset("/feed.xml")
    site.set("/a", rss(item(1)))
    site.set("/page", "<html><body>nothing</body></html>", content_type="text/html")
    site.set("/b", rss(item(2)))
    result = program.run("feeds", "add", site.url("/a"), site.url("/page"), site.url("/b"))
    assert result.code == 2
    assert result.out.count("added") == 2
    assert "names no feed" in result.err


def test_ignored_options_for_a_known_feed_are_reported(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    output = program.good("feeds", "add", site.url("/feed"), "--category", "博客")
    assert "change them with: guidang feeds set 1" in output


@pytest.mark.parametrize(
    "command",
    [
        ["entries", "show", "9" * 30],
        ["entries", "list", "--limit", "9" * 30],
        ["feeds", "add", "--no-check", "http://[bad/x"],
        ["--config", ".", "status"],
    ],
)
def test_invalid_arguments_exit_with_2(program: Program, command: list[str]) -> None:
    result = program.run(*command)
    assert result.code == 2
    assert result.err.startswith("guidang: ")


def test_a_failure_is_printed_once(program: Program, site: Site) -> None:
    program.run("feeds", "add", "--no-check", site.url("/missing"))
    result = program.run("poll")
    assert result.out.count("answered 404") == 1
    assert result.err == ""


def test_times_are_shown_in_the_time_zone_of_the_archive(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1)))
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll")
    assert "2022-01-28 21:34 CST" in program.good("entries", "list")


def test_the_systemd_unit_names_this_program(program: Program) -> None:
    output = program.good("systemd-unit", "--for", "/srv/guidang.toml")
    assert "--config /srv/guidang.toml run" in output
    assert "Type=notify" in output
    result = program.run("systemd-unit", "--for", "/home/me/guidang.toml")
    assert (result.code, "/home/me/guidang.toml run" in result.out) == (0, True)
    assert "home folders such as /home/me/guidang.toml" in result.err
    output = program.good("systemd-unit", "--for", '/srv/a b/100%/$x/"c".toml')
    assert r'--config "/srv/a b/100%%/$$x/\"c\".toml" run' in output


def test_output_holds_no_python_representations(program: Program, site: Site) -> None:
    site.set("/feed", rss(item(1, title="题" * 200, category="新闻")))
    program.good("feeds", "add", site.url("/feed"), "--category", "要闻", "--category", "江城")
    program.good("poll")
    listed = program.good("entries", "list")
    assert "题" * 79 + "…" in listed.replace("\n", "")
    assert "题" * 81 not in listed
    for shown in (program.good("feeds", "show", "1"), program.good("entries", "show", "1")):
        assert not re.search(r"[(\[{]'", shown)
    assert "categories: 要闻, 江城" in program.good("feeds", "show", "1").replace("\n  ", " ")
