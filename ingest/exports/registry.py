"""The formats of exports, one line each."""

from __future__ import annotations

from ingest.exports.atom import Atom
from ingest.exports.csv_table import Csv
from ingest.exports.epub import Epub
from ingest.exports.format import Format
from ingest.exports.json_feed import JsonFeed
from ingest.exports.jsonl import Jsonl
from ingest.exports.parquet import Parquet
from ingest.exports.wacz import Wacz
from ingest.exports.warc import Warc

_EVERY: tuple[Format, ...] = (
    Jsonl(),
    Parquet(),
    Csv(),
    Warc(),
    Wacz(),
    Atom(),
    JsonFeed(),
    Epub(),
)
FORMATS = {one.name: one for one in _EVERY}
