"""Import older entries of feeds from several sources, through the same stages as a poll.

    runs         carry out a run, walk by walk                                  ← open this first
    asked        the options of a run; begin or resume a run
    preview      the documents that a run would begin with
    report       the result of a run
    walk         one source of one feed, document after document
    taking       read a document, find its feed, store its entries
    outcome      the outcome of a document, and its transaction
    pauses       the pauses of servers, shared with polls
    belonging    which feed a document belongs to

Every document is in the store's queue before it is fetched. Its outcome is stored in the same
transaction as its entries. So after any stop, the next run resumes with the first waiting document.
"""

from ingest.backfill.asked import Asked, asked_before, begin
from ingest.backfill.preview import first_documents
from ingest.backfill.report import Report, report
from ingest.backfill.runs import run, web_of

__all__ = ["Asked", "Report", "asked_before", "begin", "first_documents", "report", "run", "web_of"]
