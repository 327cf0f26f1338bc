"""Records of old archives and the live feed: one article is one entry, whichever came first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import past
from tests.program import Program
from tests.site import Site
from tests.support import item, rss
from tests.test_backfill import passes_checks, stored_titles

PATH = ("新媒体", "江海半岛网", "快讯")


def old_record(number: int, date: str, *, text: str = "旧档里的正文。") -> str:
    """Return a record as the system before Guidang wrote it: without link, guid or feed."""
    listed = "".join(f"\n - {name}" for name in PATH)
    return (
        f"\n---\ntitle: '{past.title_of(number)}'\ncategories: {listed}\nheadimg: ''\n"
        f"author: 江海半岛网\ncomments: false\ndate: {date}\nthumbnail: ''\n---\n\n"
        f"<div>   \n<p>{text}</p>\n          \n</div>\n            "
    )


def with_records(folder: Path, *records: str) -> Path:
    archive = folder / "old"
    archive.mkdir()
    for number, record in enumerate(records):
        (archive / f"{number}.md").write_text(record, "utf-8")
    return archive


def program_of(folder: Path, database_url: str, *feeds: str) -> Program:
    program = Program(folder, database_url)
    categories = json.dumps(PATH, ensure_ascii=False)
    listed = "\n".join(f'[[feeds]]\nurl = "{url}"\ncategories = {categories}\n' for url in feeds)
    program.write_config(listed)
    return program


def live_item(number: int, date: str) -> str:
    return item(number, pubDate=date, description="&lt;p&gt;今天的正文。&lt;/p&gt;")


RIGHT = "Thu, 05 May 2022 10:20:30 GMT"
BEIJING_AS_GMT = "Thu, 05 May 2022 18:20:30 GMT"
TIME_OF_THE_RUN = "2022-05-13 14:13:35"


# Not all combinations of date and order: one case runs the program six times.
@pytest.mark.parametrize(
    ("order", "date"),
    [
        ("records first", RIGHT),
        ("feed first", BEIJING_AS_GMT),
        ("feed first", TIME_OF_THE_RUN),
        ("feed added later", "Invalid Date"),
        ("records first", "Invalid Date"),
    ],
)
def test_a_record_without_a_link_and_its_live_entry_become_one_entry(
    tmp_path: Path, database_url: str, site: Site, order: str, date: str
) -> None:
    site.set("/feed", rss(live_item(1, RIGHT), live_item(2, RIGHT)))
    archive = with_records(tmp_path, old_record(1, date))
    added = [] if order == "feed added later" else [site.url("/feed")]
    program = program_of(tmp_path, database_url, *added)
    if order == "feed first":
        program.good("poll")
    program.good("backfill", "--from", str(archive))
    program_of(tmp_path, database_url, site.url("/feed"))
    program.good("poll", "--all")
    assert stored_titles(program) == past.titles([1, 2])
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert feed["url"] == site.url("/feed")
    entries = json.loads(program.good("entries", "list", "--json"))
    (number,) = (e["id"] for e in entries if e["title"] == past.title_of(1))
    shown = json.loads(program.good("entries", "show", str(number), "--json"))
    assert shown["link"] == "https://news.example.cn/a/1.html"
    assert "今天的正文" in shown["html"]
    assert ["旧档" in revision["html"] for revision in shown["revisions"]] == [True]
    if date in {RIGHT, TIME_OF_THE_RUN, "Invalid Date"}:
        assert shown["published_at"] == "2022-05-05T10:20:30+00:00"
    before = stored_titles(program)
    site.set("/feed", rss(live_item(1, RIGHT), live_item(2, RIGHT), title="江海新闻 "))
    program.good("poll", "--all")
    program.good("backfill", "--restart")
    assert stored_titles(program) == before
    assert passes_checks(program)


def test_records_with_one_title_and_different_days_stay_separate(tmp_path: Path) -> None:
    days = [f"Thu, {day:02} May 2022 10:20:30 GMT" for day in (5, 12, 19)]
    archive = with_records(tmp_path, *(old_record(1, day, text=day) for day in days))
    program = program_of(tmp_path, "")
    program.good("backfill", "--from", str(archive))
    assert stored_titles(program) == past.titles([1, 1, 1])
    report = json.loads(program.run("backfill", "--restart", "--json").out)
    assert [line["known"] for line in report["lines"]] == [3]


def texts_of(program: Program) -> list[tuple[str, int]]:
    """Return the text of each entry and how often the entry was edited, sorted."""
    listed = json.loads(program.good("entries", "list", "--json"))
    shown = [json.loads(program.good("entries", "show", str(e["id"]), "--json")) for e in listed]
    texts = ((re.sub("<[^>]*>", "", one["html"]).strip(), len(one["revisions"])) for one in shown)
    return sorted(texts)


@pytest.mark.parametrize("date", [RIGHT, "2022-05-05", "Invalid Date"])
def test_records_with_one_title_and_day_and_different_texts_stay_separate(
    tmp_path: Path, date: str
) -> None:
    archive = with_records(tmp_path, *(old_record(1, date, text=text) for text in "甲乙丙乙"))
    program = program_of(tmp_path, "")
    program.good("backfill", "--from", str(archive))
    assert texts_of(program) == [("丙", 0), ("乙", 0), ("甲", 0)]
    assert len(list((tmp_path / "source").rglob("*.md"))) == 3
    (archive / "1.md").write_text(old_record(1, date, text="乙，改过"), "utf-8")
    (archive / "4.md").write_text(old_record(1, date, text="丁"), "utf-8")
    (archive / "3.md").unlink()
    program.good("backfill", "--restart")
    assert [text for text, _ in texts_of(program) if text != "丁"] in (
        ["丙", "乙", "甲"],
        ["丙", "乙，改过", "甲"],
    )
    assert len(texts_of(program)) == 4


def test_records_in_different_folders_stay_separate(tmp_path: Path) -> None:
    archive = with_records(tmp_path)
    for name, text in (("a", "甲"), ("b", "乙"), ("c", "甲")):
        (archive / name).mkdir()
        (archive / name / "1.md").write_text(old_record(1, RIGHT, text=text), "utf-8")
    program = program_of(tmp_path, "")
    program.good("backfill", "--from", str(archive))
    assert texts_of(program) == [("乙", 0), ("甲", 0)]


def test_a_resumed_run_keeps_matches_of_the_stopped_run(
    tmp_path: Path, database_url: str, site: Site
) -> None:
    """The first file matches the live entry; the next process reads the second file."""
    archive = with_records(tmp_path)
    for name, text in (("a", "今天的正文。"), ("b", "另一篇。")):
        (archive / name).mkdir()
        (archive / name / "1.md").write_text(old_record(1, RIGHT, text=text), "utf-8")
    site.set("/feed", rss(live_item(1, RIGHT)))
    program = program_of(tmp_path, database_url, site.url("/feed"))
    program.good("poll")
    program.good("backfill", "--from", str(archive))
    stop_before_the_last_document(database_url)
    program.good("backfill", "--from", str(archive))
    assert sorted(texts_of(program)) == [("今天的正文。", 0), ("另一篇。", 0)]


def stop_before_the_last_document(database_url: str) -> None:
    """Change the database to the state of a run killed before its last document."""
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE backfill SET ended_at = NULL"))
        last = "(SELECT max(id) FROM {})"
        waits = f"UPDATE backfill_document SET state = 'waiting' WHERE id = {last}"
        connection.execute(sa.text(waits.format("backfill_document")))
        for table in ("backfill_record WHERE document_id", "archive_file WHERE entry_id"):
            of = "backfill_document" if "document" in table else "entry"
            connection.execute(sa.text(f"DELETE FROM {table} = {last.format(of)}"))
        connection.execute(sa.text(f"DELETE FROM entry WHERE id = {last.format('entry')}"))
    engine.dispose()


@pytest.mark.parametrize(("text", "posts"), [("早上好。", 3), ("早上好，今天有雨。" * 9, 1)])
def test_equal_short_texts_of_different_days_are_separate_posts(
    tmp_path: Path, text: str, posts: int
) -> None:
    dates = [f"{day} May 2022 10:20:30 GMT" for day in ("5", "6", "7", "7")]
    archive = with_records(tmp_path, *(old_record(1, date, text=text) for date in dates))
    program = program_of(tmp_path, "")
    for _ in range(2):
        program.good("backfill", "--restart", "--from", str(archive))
    assert texts_of(program) == [(text, 0)] * posts


def test_only_one_record_becomes_a_revision_of_a_live_entry(tmp_path: Path, site: Site) -> None:
    """Two records have the title and day of the live entry: the first becomes a revision."""
    site.set("/feed", rss(live_item(1, RIGHT)))
    program = program_of(tmp_path, "", site.url("/feed"))
    program.good("poll")
    archive = with_records(tmp_path, *(old_record(1, RIGHT, text=text) for text in "甲乙"))
    program.good("backfill", "--from", str(archive))
    assert texts_of(program) == [("乙", 0), ("今天的正文。", 1)]


def test_a_live_entry_of_another_day_is_a_separate_entry(tmp_path: Path, site: Site) -> None:
    site.set("/feed", rss(live_item(1, "Thu, 12 May 2022 10:20:30 GMT")))
    program = program_of(tmp_path, "", site.url("/feed"))
    program.good("backfill", "--from", str(with_records(tmp_path, old_record(1, RIGHT))))
    program.good("poll")
    assert stored_titles(program) == past.titles([1, 1])


def with_files(folder: Path, **texts: str) -> Path:
    """Write files by their path below the folder `old`; return this folder."""
    for name, text in texts.items():
        file = folder / "old" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder / "old"


OF_ALL_KINDS = {
    "fenceless.md": f"title: {past.title_of(1)}\ndate: 2014-03-01\ncategories: 随笔\n---\n正文。",
    "fenced.md": f"---\ntitle: {past.title_of(2)}\ncategories: 随笔\n---\n正文。",
    "bare.md": f"---\ntitle: {past.title_of(3)}\n---\n正文。",
    "code.mdx": f"---\ntitle: {past.title_of(4)}\ncategories: 随笔\n---\n正文。",
    "bundle/index.md": f"---\ntitle: {past.title_of(5)}\ncategories: 随笔\n---\n![](a.jpg) 正文。",
    "broken.md": "+++\ntitle = 没有引号\n+++\n正文。",
    "readme.md": "# 说明",
    "_drafts/later.md": f"---\ntitle: {past.title_of(6)}\ncategories: 随笔\n---\n正文。",
    "closed.md": f"---\ntitle: {past.title_of(7)}\npassword: 桥\n---\n正文。",
}


def test_all_skipped_files_in_a_folder_of_posts_are_named(tmp_path: Path) -> None:
    archive = with_files(tmp_path, **OF_ALL_KINDS)
    program = program_of(tmp_path, "")
    result = program.run("backfill", "--from", str(archive), "--json")
    assert stored_titles(program) == past.titles(range(1, 6))
    report = json.loads(result.out)
    named = {
        state: {str(Path(one["address"]).relative_to(archive)) for one in report[state]}
        for state in ("missing", "in_part", "passed_over", "left_out")
    }
    assert (result.code, named) == (
        1,
        {
            "missing": {"broken.md"},
            "in_part": {"bundle/index.md"},
            "passed_over": {"readme.md", "_drafts/later.md", "closed.md"},
            "left_out": set(),
        },
    )
    assert "a.jpg" in report["in_part"][0]["reason"]
    output = program.run("backfill", "--restart").out
    assert "1 missing, 1 kept in part; 3 documents skipped" in output


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_posts_are_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    archive = with_files(tmp_path, **{"a.md": ""})
    text = f"---\ntitle: {past.title_of(1)}\ndate: 2014-03-01\n---\n正文在这里，有几句话。"
    (archive / "a.md").write_bytes(text.encode(encoding))
    program = program_of(tmp_path, "")
    program.good("backfill", "--from", str(archive))
    assert stored_titles(program) == past.titles([1])


def test_the_drafts_option_also_reads_drafts(tmp_path: Path) -> None:
    archive = with_files(tmp_path, **OF_ALL_KINDS)
    program = program_of(tmp_path, "")
    program.run("backfill", "--from", str(archive), "--drafts")
    assert stored_titles(program) == past.titles(range(1, 8))


def test_relative_pictures_are_resolved_against_the_site_of_a_record(
    tmp_path: Path, site: Site
) -> None:
    site.set("/feed", rss(live_item(1, RIGHT), link="https://hill.example.cn/blog/"))
    linked = "---\ntitle: 一\nlink: https://hill.example.cn/blog/a/\n---\n![](pic.jpg) 正文。"
    rooted = "---\ntitle: 二\ncover: /c.jpg\n---\n![](/i/pic.jpg) 正文。"
    archive = with_files(tmp_path, **{"1.md": linked, "2.md": rooted})
    program = program_of(tmp_path, "", site.url("/feed"))
    program.good("poll")
    program.good("backfill", "--from", str(archive), "--feed", "1")
    bodies = [
        json.loads(program.good("entries", "show", number, "--json")) for number in ("2", "3")
    ]
    assert 'src="https://hill.example.cn/blog/a/pic.jpg"' in bodies[0]["html"]
    assert 'src="https://hill.example.cn/i/pic.jpg"' in bodies[1]["html"]
    assert bodies[1]["lead_image"] == "https://hill.example.cn/c.jpg"


def test_replay_reads_records_as_records(tmp_path: Path, site: Site) -> None:
    kinds = {
        "a.md": "title: 一\ndate: 2014-03-01\ntags: 桥\n---\n**正文**",
        "b.md": "---\ntitle: 二\n---\n另一篇的正文",
        "c.mdx": "---\ntitle: 三\n---\nimport X from 'x'\n\n第三篇",
        "1.md": old_record(4, TIME_OF_THE_RUN),
    }
    site.set("/feed", rss(live_item(9, RIGHT)))
    program = program_of(tmp_path, "", site.url("/feed"))
    program.good("poll")
    program.good("backfill", "--from", str(with_files(tmp_path, **kinds)), "--feed", "1")
    before = json.loads(program.good("entries", "list", "--json"))
    assert "0 entries changed" in program.good("replay")
    assert json.loads(program.good("entries", "list", "--json")) == before
