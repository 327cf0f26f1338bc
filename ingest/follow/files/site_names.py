"""Spell some categories and tags differently, so that each has its own page in Hexo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest.database import Database
from ingest.outputs import Layout
from ingest.outputs.pages import loses_nothing
from ingest.store import site_names as store
from ingest.values import Record

_MOST_REMEMBERED = 10_000  # With more names than this, the cache is emptied.


class SiteNames:
    """The spellings of categories and tags in one output."""

    def __init__(self, layout: Layout, database: Database, output: str) -> None:
        self._layout = layout
        self._output = output
        self._database = database
        self._known: dict[store.Name, str] = {}

    def of(self, records: Sequence[Record]) -> Mapping[store.Name, str]:
        """Return the spelling of each category and tag in these records.

        New names get a spelling so that each has its own page.
        """
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        output = self._output
        # Most parent categories are spelled like their names. If this is assumed, one query finds
        # the spellings of their children too.
        if guessed := self._unknown(records, guess=True):
            self._known |= self._database.query(store.written, output, guessed)
        while new := self._unknown(records, guess=False):
            # If the store finds no unique spelling for a name, the name itself is used.
            self._known |= {(place, name): name for place, some in new.items() for name in some}
            self._known |= self._database.transact(store.give, output, new)
        return self._known

    def _unknown(self, records: Iterable[Record], *, guess: bool) -> dict[str, list[str]]:
        """Return the names whose spelling is not known, by the parent path of their page.

        Names that need no change of spelling come first.
        """
        new: dict[str, dict[str, None]] = {}
        for record in records:
            for place, name in self._layout.names(record, self._known, guess=guess):
                if (place, name) not in self._known:
                    new.setdefault(place, {})[name] = None
        return {place: sorted(names, key=_rank) for place, names in new.items()}

    def apart(self) -> Iterator[tuple[str, str]]:
        """Yield the categories and tags that are not spelled like their names.

        Each is given by its page and the reason for its spelling.
        """
        for place, name, way, owner in self._database.query(store.apart, self._output):
            why = f"{owner} has its page" if owner else "it would take the page of all names"
            yield f"{place}/{way}", f"{name} is written {way}, for {why}"


def _rank(name: str) -> bool:
    return not loses_nothing(name)
