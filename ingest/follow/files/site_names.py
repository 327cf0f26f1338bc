"""Which categories and tags of records are written otherwise, since their pages would meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest.database import Database
from ingest.outputs import Layout
from ingest.outputs.pages import loses_nothing
from ingest.store import site_names as store
from ingest.values import Record

# Names come again with each record of a feed; those of a whole archive need not be in memory.
_MOST_REMEMBERED = 10_000


class SiteNames:
    """The names of one layout, as records have them."""

    def __init__(self, layout: Layout, database: Database) -> None:
        self._layout = layout
        self._database = database
        self._known: dict[store.Name, str] = {}

    def of(self, records: Sequence[Record]) -> Mapping[store.Name, str]:
        """How the names in these records are written; names that are new are given their pages."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        layout = self._layout.name
        # Most parents are written as they are, so that one query finds their children as well.
        if guessed := self._unknown(records, guess=True):
            self._known |= self._database.query(store.written, layout, guessed)
        while new := self._unknown(records, guess=False):
            # One that even its digest gives no page of its own stays as it is.
            self._known |= {(place, name): name for place, some in new.items() for name in some}
            self._known |= self._database.transact(store.give, layout, new)
        return self._known

    def _unknown(self, records: Iterable[Record], *, guess: bool) -> dict[str, list[str]]:
        """The names by their places; of several that meet, those without signs come first."""
        new: dict[str, dict[str, None]] = {}
        for record in records:
            for place, name in self._layout.names(record, self._known, guess=guess):
                if (place, name) not in self._known:
                    new.setdefault(place, {})[name] = None
        return {place: sorted(names, key=_rank) for place, names in new.items()}

    def apart(self) -> Iterator[tuple[str, str]]:
        """What is written otherwise: where, and a sentence that says how and why."""
        for place, name, way, owner in self._database.query(store.apart, self._layout.name):
            why = f"{owner} has its page" if owner else "it would take the page of all names"
            yield f"{place}/{way}", f"{name} is written {way}, for {why}"


def _rank(name: str) -> bool:
    return not loses_nothing(name)
