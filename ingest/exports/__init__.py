"""Exports: many entries in one file, for other programs and for researchers.

A format turns batches of entries into bytes; `run.py` writes them, and can continue an export that
was killed. `registry.py` lists the formats, one line each.
"""

from ingest.exports.registry import FORMATS
from ingest.exports.run import Export, Outcome, run, run_to_stream

__all__ = ["FORMATS", "Export", "Outcome", "run", "run_to_stream"]
