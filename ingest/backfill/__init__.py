"""Bring in the past: from wherever it can be had, through the same stages as a live look.

    runs         a run, carried out walk by walk                                ← open this first
    asked        what is asked for, begun or gone on with
    preview      the documents that would be taken first
    report       what came of a run
    walk         one source of one feed, document after document
    taking       a document that was taken: whose it is, and what is kept of it
    reading      what a document of the past holds: a feed, a page, a record
    pauses       the pauses of servers, shared with polls
    belonging    whose a document is

Every document is in the store's queue before it is taken, and what came of it is written with
its entries: after any stop the next run goes on with the first one that waits.
"""

from ingest.backfill.asked import Asked, asked_before, begin
from ingest.backfill.preview import first_documents
from ingest.backfill.report import Report, report
from ingest.backfill.runs import run, web_of

__all__ = ["Asked", "Report", "asked_before", "begin", "first_documents", "report", "run", "web_of"]
