"""Find the feed at an address, for the web page; the requests keep the service's manners."""

from __future__ import annotations

from ingest.errors import GuidangError, SourceError
from ingest.feed import reading_context
from ingest.reading.read import read
from ingest.services import Services
from ingest.sources.discovery import Finding, find_feed
from ingest.values import Document
from ingest.web.finding import Found
from ingest.workers import READ_WITHIN, Workers

_NEWEST = 5


class Finder:
    """Finds feeds with the services of the present configuration."""

    services: Services | None = None

    async def find(self, url: str) -> Found:
        """Return the feed at an address, with what was tried; it never raises `GuidangError`."""
        if self.services is None:
            return Found(url=url, problem="the service is starting; try again")
        services, workers = self.services, self.services.workers
        try:
            finding = await find_feed(services.fetcher, services.instances, workers, url)
        except GuidangError as error:
            return Found(url=url, problem=str(error))
        if finding.document is None:
            return Found(url=finding.url, notes=finding.notes)
        return await _describe(workers, finding, finding.document)


async def _describe(workers: Workers, finding: Finding, document: Document) -> Found:
    """Read the document, to name the feed and its newest entries."""
    context = reading_context(None, document)
    try:
        reading = await workers.run(READ_WITHIN, document.url, read, context)
    except SourceError as error:
        return Found(url=finding.url, notes=(*finding.notes, str(error)))
    return Found(
        url=finding.url,
        notes=finding.notes,
        title=reading.title or "",
        entries=len(reading.entries),
        newest=tuple(entry.title for entry in reading.entries[:_NEWEST]),
    )
