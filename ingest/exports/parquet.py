"""Export entries as Parquet; each file has the same columns and types, even for absent values.

The pieces form an Arrow stream, with one record batch in each piece. `finish` makes the row groups
from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from ingest.errors import UsageError
from ingest.exports.format import Format
from ingest.values.exports import SCHEMA_VERSION, About, ExportEntry

if TYPE_CHECKING:
    import pyarrow as pa

_ROW_GROUP, _PAGE = 32 << 20, 8 << 20  # bytes in memory
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"  # the end of an Arrow stream
_REPEATED = ["feed_slug", "feed_url", "feed_title", "feed_author", "language", "source_url"]


class Parquet(Format):
    """One file with Zstandard compression; instants are in UTC, in microseconds."""

    name = "parquet"
    extras = frozenset({"revisions", "captures", "text"})
    has_card = True
    has_finish = True

    def prepare(self) -> None:
        """Raise `UsageError` if pyarrow is not installed."""
        try:
            import pyarrow as pa  # noqa: F401
        except ImportError:
            raise UsageError(
                "--format parquet needs pyarrow; install it with: pip install 'guidang[parquet]'"
            ) from None

    def head(self, about: About) -> bytes:
        """Return the schema as an Arrow message."""
        made_by = {
            "guidang.schema_version": str(SCHEMA_VERSION),
            "guidang.made_by": about.generator,
        }
        message: bytes = schema().with_metadata(made_by).serialize().to_pybytes()
        return message

    def piece(self, entries: Sequence[ExportEntry], *, is_first: bool) -> bytes:
        """Return the entries as one record batch."""
        import pyarrow as pa

        columns = zip(*entries, strict=True) if entries else [()] * len(schema())
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, schema(), strict=True)
        ]
        message: bytes = pa.record_batch(arrays, schema=schema()).serialize().to_pybytes()
        return message

    def tail(self, about: About) -> bytes:
        """Return the end of the stream."""
        return _END

    def finish(self, pieces: BinaryIO, out: BinaryIO, about: About) -> None:
        """Write the record batches as row groups."""
        import pyarrow as pa
        from pyarrow import parquet

        with pa.ipc.open_stream(pieces) as stream:
            writer = parquet.ParquetWriter(
                out,
                stream.schema,
                compression="zstd",
                compression_level=9,
                data_page_size=_PAGE,
                use_dictionary=_REPEATED,
                write_statistics=True,
                store_schema=True,
            )
            with writer:
                for group in _row_groups(stream):
                    writer.write_table(pa.Table.from_batches(group), row_group_size=1 << 30)


def _row_groups(batches: Any) -> Iterator[list[Any]]:
    """Join record batches, up to the size of a row group."""
    group, size = [], 0
    for batch in batches:
        group.append(batch)
        size += batch.nbytes
        if size >= _ROW_GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


@cache
def schema() -> pa.Schema:
    """Return the columns, in the order of `ExportEntry`; all of them may be null."""
    import pyarrow as pa

    text, texts, instant = pa.string(), pa.list_(pa.string()), pa.timestamp("us", tz="UTC")
    person = pa.struct([("name", text), ("url", text), ("email", text)])
    file = pa.struct([("url", text), ("media_type", text), ("length", pa.int64())])
    others = {
        "schema_version": pa.int32(),
        "version": pa.int32(),
        "is_current": pa.bool_(),
        "is_full_text": pa.bool_(),
        "authors": pa.list_(person),
        "enclosures": pa.list_(file),
        **dict.fromkeys(("feed_categories", "other_links", "categories", "duplicates"), texts),
        **dict.fromkeys(("source", "page"), pa.binary()),
    }
    return pa.schema(
        (name, others.get(name, instant if name.endswith("_at") else text))
        for name in ExportEntry._fields
    )
