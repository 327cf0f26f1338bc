"""The stores of other readers. A new one whose content is in tables needs a line in `TABLES`."""

from __future__ import annotations

from ingest.sources.readers.freshrss import FreshRss
from ingest.sources.readers.lemon24 import Lemon24
from ingest.sources.readers.liferea import Liferea
from ingest.sources.readers.lists import FORMS
from ingest.sources.readers.miniflux import Miniflux
from ingest.sources.readers.netnewswire import NetNewsWire
from ingest.sources.readers.newsboat import Newsboat
from ingest.sources.readers.quiterss import QuiteRss
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Tables
from ingest.sources.readers.wechat import WeMpRss, WeweRss

TABLES: tuple[type[TableStore], ...] = (
    *(Newsboat, Lemon24, FreshRss, Miniflux, WeMpRss, WeweRss),
    *(Liferea, QuiteRss, NetNewsWire),
)
_MOST_NAMES = 12


def store_in(tables: Tables) -> TableStore | None:
    """Return the store in a database, or None if its tables are those of no known program.

    Raise `Unreadable` if the database cannot be read.
    """
    return next((store(tables) for store in TABLES if store.is_in(tables)), None)


def programs() -> list[str]:
    """Return the names of all programs whose stores or exports are read."""
    return [*(store.program for store in TABLES), *(form.PROGRAM for form in FORMS)]


def why_unknown(tables: Tables) -> str:
    """Return a sentence about an unknown database: its tables, and what was looked for."""
    names = sorted(tables.columns)
    more = ", …" if len(names) > _MOST_NAMES else ""
    known = ", ".join(store.program for store in TABLES)
    listed = f"{', '.join(names[:_MOST_NAMES])}{more}" or "none"
    return f"it is a database of an unknown program (tables: {listed}); known are those of {known}"
