"""stand-in"""

from datetime import datetime, UTC
from email.utils import parsedate_to_datetime
from ingest.values import DatePrecision, ResolvedDate


def resolve_date(raw, *, first_seen_at, zone, gmt_is_local=False):
    if not raw:
        return None
    for f in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = f(raw)
        except (ValueError, TypeError):
            continue
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone)
        return ResolvedDate(at=at.astimezone(UTC), method="x", precision=DatePrecision.SECOND)
    return None
