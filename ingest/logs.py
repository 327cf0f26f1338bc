"""Format log messages as text or as JSON, each with the name of its feed."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime, tzinfo
from typing import TextIO

from ingest.urls import hide_secrets

# These libraries log every request at INFO. Guidang logs only one line for each poll.
_VERBOSE = tuple("httpx httpcore hpack trafilatura readability alembic uvicorn warcio".split())
# APScheduler would warn each time that a job is still running when its next start is due. The queue
# would log a traceback for each connection that the database closes; Guidang logs that once.
_LOGGED_FROM = {
    "apscheduler": logging.ERROR,
    "procrastinate": logging.CRITICAL,
    "psycopg.pool": logging.ERROR,
}


def set_up_logging(level: str, form: str, zone: tzinfo = UTC) -> None:
    """Send the messages of this process to standard error, with times in this zone."""
    handler = _StandardError()
    formatter = JsonFormatter(zone) if form == "json" else TextFormatter(zone)
    handler.setFormatter(JournalFormatter(formatter) if _is_journal(sys.stderr) else formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    for name, lowest in _LOGGED_FROM.items():
        logging.getLogger(name).setLevel(lowest)


def name_process(name: str) -> None:
    """Add a name of this process to each of its messages, if the service has several processes."""

    def add(record: logging.LogRecord) -> bool:
        record.process_of_service = name
        return True

    for handler in logging.getLogger().handlers:
        handler.addFilter(add)


class _StandardError(logging.StreamHandler[TextIO]):
    """A stream that writes to the current `sys.stderr`, which a progress bar may replace."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, stream: TextIO) -> None:
        raise AttributeError(f"it is always standard error, not {stream}")


def printable(text: str) -> str:
    """Replace control characters and line breaks in text from feeds by spaces."""
    return "".join(c if c.isprintable() else " " for c in text)


class _ZonedFormatter(logging.Formatter):
    """A formatter that writes times in a zone, with offset (RFC 3339)."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        super().__init__()
        self._zone = zone

    def time_of(self, record: logging.LogRecord) -> str:
        """Return the time of a record, with milliseconds."""
        at = datetime.fromtimestamp(record.created, self._zone)
        return at.isoformat(timespec="milliseconds")


class TextFormatter(_ZonedFormatter):
    """A formatter that writes records as `time LEVEL [feed] message`.

    The name of the process is before the feed, if it has one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text, on one line except for a traceback."""
        feed = getattr(record, "feed", None)
        where = f"[{printable(feed)}] " if feed else ""
        if process := getattr(record, "process_of_service", None):
            where = f"{process} {where}"
        message = printable(hide_secrets(record.getMessage()))
        line = f"{self.time_of(record)} {record.levelname:<7} {where}{message}"
        trace = _trace_of(self, record)
        return "\n".join([line, *map(printable, trace.splitlines())]) if trace else line


class JsonFormatter(_ZonedFormatter):
    """A formatter that writes each record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a JSON object."""
        fields = {
            "time": self.time_of(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": getattr(record, "process_of_service", None),
            "feed": getattr(record, "feed", None),
            "message": hide_secrets(record.getMessage()),
            "exception": _trace_of(self, record),
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, ensure_ascii=False)


def log_fault(
    logger: logging.Logger,
    fault: Exception,
    trace: str,
    *,
    feed: str | None = None,
    entry: str = "",
) -> None:
    """Log an unexpected error at level ERROR, with a traceback from another process.

    `entry` is the name of the entry that could not be read, if the fault concerns one entry.
    """
    message = f"{entry}: {fault}" if entry else str(fault)
    logger.error("%s", message, extra={"feed": feed, "trace": trace})


def _trace_of(form: logging.Formatter, record: logging.LogRecord) -> str | None:
    """Return the traceback of a record: its own traceback, or a traceback given as text."""
    trace: str | None = getattr(record, "trace", None)
    trace = form.formatException(record.exc_info) if record.exc_info else trace
    return trace and hide_secrets(trace)


class JournalFormatter(logging.Formatter):
    """A formatter that puts the level before each line of another formatter (sd-daemon(3))."""

    _PRIORITIES = (
        (logging.CRITICAL, 2),
        (logging.ERROR, 3),
        (logging.WARNING, 4),
        (logging.INFO, 6),
    )

    def __init__(self, form: logging.Formatter) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return a record with the level before each of its lines."""
        priority = next((p for level, p in self._PRIORITIES if record.levelno >= level), 7)
        lines = self._form.format(record).splitlines()
        return "\n".join(f"<{priority}>{line}" for line in lines)


def _is_journal(stream: TextIO) -> bool:
    """Return whether a stream is connected to the journal: systemd.exec(5), `$JOURNAL_STREAM`."""
    named = os.environ.get("JOURNAL_STREAM")
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # The stream is closed, or is not a file.
        return False
    return named == f"{status.st_dev}:{status.st_ino}"
