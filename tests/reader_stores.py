"""Stores of other feed readers: made by the real programs, or with their documented tables."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.newsboat import Newsboat

# `reader` runs in a process of its own, because it changes global settings of Python.
_RUN_READER = """\
import sys
from reader import make_reader

path, url = sys.argv[1:]
reader = make_reader(path)
reader.add_feed(url)
reader.update_feeds()
first = next(iter(reader.get_entries()))
reader.mark_entry_as_read(first)
reader.mark_entry_as_important(first)
reader.close()
"""


def made_by_newsboat(folder: Path, url: str) -> Path:
    """Let newsboat fetch a feed; return its cache."""
    newsboat = Newsboat(folder / "newsboat")
    newsboat.folder.mkdir()
    (newsboat.folder / "config").touch()
    (newsboat.folder / "urls").write_text(f"{url}\n")
    newsboat.reload()
    return newsboat.folder / "cache.db"


def made_by_reader(folder: Path, url: str) -> Path:
    """Let the library `reader` fetch a feed; return its database."""
    path = folder / "reader.sqlite"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN_READER, str(path), url],
        check=True,
        timeout=120,
        capture_output=True,
    )
    return path


def freshrss_with_prefix(prefix: str) -> str:
    """Return the tables of FreshRSS with a prefix; as in FreshRSS, the names are quoted."""
    name = prefix.replace('"', '""')
    return re.sub(r"\{prefix\}(\w+)", lambda table: f'"{name}{table[1]}"', FRESHRSS)


# The tables of programs that do not run in the tests, with the columns that they document.
FRESHRSS = """\
CREATE TABLE {prefix}category (id INTEGER PRIMARY KEY, name VARCHAR(191), kind SMALLINT);
CREATE TABLE {prefix}feed (id INTEGER PRIMARY KEY, url TEXT, kind SMALLINT, category INTEGER,
    name VARCHAR(191), website TEXT, description TEXT, pathEntries TEXT);
CREATE TABLE {prefix}entry (id BIGINT PRIMARY KEY, guid VARCHAR(767), title TEXT, author TEXT,
    content TEXT, link TEXT, date INTEGER, lastSeen INTEGER, hash TEXT, is_read SMALLINT,
    is_favorite SMALLINT, id_feed INTEGER, tags TEXT, attributes TEXT)"""
WE_MP_RSS = """\
CREATE TABLE feeds (id VARCHAR(255) PRIMARY KEY, mp_name VARCHAR(255), mp_cover VARCHAR(255),
    mp_intro VARCHAR(255), status INTEGER, sync_time INTEGER, created_at DATETIME,
    faker_id VARCHAR(255));
CREATE TABLE articles (id VARCHAR(255) PRIMARY KEY, mp_id VARCHAR(255), title VARCHAR(1000),
    pic_url VARCHAR(500), url VARCHAR(500), content TEXT, description TEXT, status INTEGER,
    publish_time INTEGER, created_at DATETIME)"""
WEWE_RSS = """\
CREATE TABLE feeds (id TEXT PRIMARY KEY, mp_name TEXT, mp_cover TEXT, mp_intro TEXT, status INTEGER,
    sync_time INTEGER, created_at DATETIME, has_history INTEGER);
CREATE TABLE articles (id TEXT PRIMARY KEY, mp_id TEXT, title TEXT, pic_url TEXT,
    publish_time INTEGER, created_at DATETIME)"""
MINIFLUX = """\
CREATE TABLE categories (id SERIAL PRIMARY KEY, title TEXT);
CREATE TABLE feeds (id BIGSERIAL PRIMARY KEY, category_id INTEGER, title TEXT, feed_url TEXT,
    site_url TEXT);
CREATE TYPE entry_status AS ENUM ('unread', 'read', 'removed');
CREATE TABLE entries (id BIGSERIAL PRIMARY KEY, feed_id BIGINT, hash TEXT,
    published_at TIMESTAMPTZ, created_at TIMESTAMPTZ, title TEXT, url TEXT, author TEXT,
    content TEXT, status entry_status, starred BOOLEAN, tags TEXT[])"""

LIFEREA = """\
CREATE TABLE node (node_id STRING PRIMARY KEY, parent_id STRING, title STRING, type INTEGER);
CREATE TABLE subscription (node_id STRING PRIMARY KEY, source STRING, orig_source STRING);
CREATE TABLE items (item_id INTEGER PRIMARY KEY, node_id TEXT, title TEXT, read INTEGER,
    marked INTEGER, source TEXT, source_id TEXT, valid_guid INTEGER, description TEXT,
    date INTEGER, comment INTEGER)"""
QUITERSS = """\
CREATE TABLE feeds (id INTEGER PRIMARY KEY, text VARCHAR, title VARCHAR, xmlUrl VARCHAR,
    htmlUrl VARCHAR, parentId INTEGER);
CREATE TABLE news (id INTEGER PRIMARY KEY, feedId INTEGER, guid VARCHAR, description VARCHAR,
    content VARCHAR, title VARCHAR, published VARCHAR, received VARCHAR, author_name VARCHAR,
    read INTEGER, starred INTEGER, deleted INTEGER, link_href VARCHAR)"""
NETNEWSWIRE = """\
CREATE TABLE articles (articleID TEXT PRIMARY KEY, feedID TEXT, uniqueID TEXT, title TEXT,
    contentHTML TEXT, contentText TEXT, url TEXT, externalURL TEXT, summary TEXT, imageURL TEXT,
    datePublished DATE, dateModified DATE);
CREATE TABLE statuses (articleID TEXT PRIMARY KEY, read BOOL, starred BOOL, dateArrived DATE)"""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def insertions(rows: Rows) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the statements that insert rows, each with its values."""
    return [
        (_insertion(table, some[0]), [dict(row) for row in some]) for table, some in rows.items()
    ]


def _insertion(table: str, row: Mapping[str, Any]) -> str:
    values = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"


def with_tables(path: Path, tables: str, rows: Rows) -> Path:
    """Make an SQLite file with these tables and rows."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(tables)
        for statement, values in insertions(rows):
            database.executemany(statement, values)
    return path


def fill_server(url: str, tables: str, rows: Rows) -> None:
    """Make these tables and rows in a PostgreSQL database."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in tables.split(";"):
            connection.execute(sa.text(statement))
        for insertion, values in insertions(rows):
            connection.execute(sa.text(insertion), values)
    engine.dispose()


def count(path: Path, table: str) -> int:
    """Return the number of rows of a table in an SQLite file."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
