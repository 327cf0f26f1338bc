"""What to do about a poll that failed."""

from __future__ import annotations

from ingest.messages import message

_ADVICE = {
    "unreachable": message(
        "Open the address in a browser. If that works, another proxy or a longer time-out may help."
    ),
    "bad_status": message(
        "The server refuses or is overloaded. Guidang asks more rarely; if it lasts, another "
        "user agent or a proxy may help."
    ),
    "gone": message(
        "Open the site: the feed may have a new address, which feeds set --url stores."
    ),
    "too_large": message("Raise fetch.max_size if this is the right document."),
    "forbidden_address": message(
        "If this server is yours, allow its addresses with fetch.allow_private."
    ),
    "bad_redirect": message("Open the address in a browser, and set the address where it ends."),
    "missing_secret": message("Set the secret that the feed names, in the environment."),
    "parse": message("Open the address in a browser: it may show a page instead of a feed."),
    "unreadable": message("The document is damaged or too complex; nothing of it is stored."),
    "fault": message("This is a bug; the log has the traceback. Please report it."),
}


def advice_for(kind: str | None) -> str | None:
    """Return what to do about a failure of this kind, such as `gone`, or None."""
    return _ADVICE.get(kind or "")
