"""The formats of exports, one line each."""

from __future__ import annotations

from ingest.exports.csv_table import Csv
from ingest.exports.format import Format
from ingest.exports.jsonl import Jsonl
from ingest.exports.parquet import Parquet
from ingest.exports.warc import Warc

FORMATS: dict[str, Format] = {one.name: one for one in (Jsonl(), Parquet(), Csv(), Warc())}
