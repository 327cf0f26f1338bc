"""The functions that answer feed readers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import PlainTextResponse, Response

from ingest.clock import system_clock
from ingest.errors import UsageError
from ingest.store.reader.counts import Unread, unread_counts
from ingest.store.reader.items import Item, items
from ingest.store.reader.marks import mark, mark_all_read
from ingest.store.reader.streams import Listed, Part, ids_in
from ingest.store.reader.subscriptions import subscriptions
from ingest.web.programs.answers import json_answer
from ingest.web.programs.feeds import opml
from ingest.web.programs.greader.answers import as_atom, item_as_json, subscription_as_json
from ingest.web.programs.greader.calls import Call
from ingest.web.programs.greader.streams import (
    KEPT_UNREAD,
    LABEL,
    READ,
    READING_LIST,
    STARRED,
    STATE,
    number_of,
    plain_name,
    stream_called,
)
from ingest.web.programs.parameters import address_of, seconds
from ingest.web.rendering import site_of

_IDS, _CONTENTS = 10_000, 1_000  # the most in one answer
_USUAL = 20
_SECOND, _MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
_OK = "OK"
# Which marks tags stand for: added, and removed.
_ADDED: dict[str, Mapping[str, bool]] = {
    READ: {"is_read": True},
    KEPT_UNREAD: {"is_read": False},
    STARRED: {"is_starred": True},
}
_REMOVED: dict[str, Mapping[str, bool]] = {
    READ: {"is_read": False},
    STARRED: {"is_starred": False},
}
_WITHOUT_MEANING = {f"{STATE}tracking-kept-unread", KEPT_UNREAD}


def token(call: Call) -> Response:
    """Return a text that feed readers send with changes; it protects nothing, `Door` does."""
    return PlainTextResponse(hashlib.sha256(call.user.encode()).hexdigest()[:57])


def user_info(call: Call) -> Response:
    """Say who the user is."""
    names = ("userId", "userName", "userProfileId")
    return json_answer(dict.fromkeys(names, call.user) | {"userEmail": ""})


def tag_list(call: Call) -> Response:
    """List the states and labels.

    RSS Guard (4.0) shows only feeds whose labels are of the type `folder`.
    """
    listed = site_of(call.request).database.view(subscriptions)
    labels = {label for feed in listed for label in feed.labels}
    folders = [{"id": f"{LABEL}{label}", "type": "folder"} for label in sorted(labels)]
    return json_answer({"tags": [{"id": STARRED}, *folders]})


def subscription_list(call: Call) -> Response:
    """List the feeds."""
    listed = site_of(call.request).database.view(subscriptions)
    return json_answer({"subscriptions": [subscription_as_json(feed) for feed in listed]})


def subscription_export(call: Call) -> Response:
    """Show the list of feeds as OPML."""
    return opml(call.request)


def preferences(_call: Call) -> Response:
    """Answer that there are no preferences."""
    return json_answer({"prefs": [], "streamprefs": {}})


def unread_count(call: Call) -> Response:
    """Count the unread entries of all, each feed and each label."""
    view = site_of(call.request).database.view
    counts = view(unread_counts, call.user)
    groups: dict[str, list[int]] = {READING_LIST: list(counts)}
    for feed in view(subscriptions):
        if feed.id in counts:
            groups[f"feed/{feed.id}"] = [feed.id]
            for label in feed.labels:
                groups.setdefault(f"{LABEL}{label}", []).append(feed.id)
    rows = [_count(name, [counts[one] for one in ids]) for name, ids in groups.items() if ids]
    return json_answer({"max": sum(one.entries for one in counts.values()), "unreadcounts": rows})


def _count(name: str, unread: Sequence[Unread]) -> dict[str, object]:
    return {
        "id": name,
        "count": sum(one.entries for one in unread),
        "newestItemTimestampUsec": _microseconds(max(one.newest_at for one in unread)),
    }


def item_ids(call: Call) -> Response:
    """List the entries of a stream by their short names."""
    listed, after = _page_of(call, _part(call, call.one("s") or READING_LIST), _IDS)
    refs = [
        {
            "id": str(one.id),
            "directStreamIds": [f"feed/{one.feed_id}"],
            "timestampUsec": _microseconds(one.first_seen_at),
        }
        for one in listed
    ]
    return json_answer({"itemRefs": refs} | after)


def stream_contents(call: Call) -> Response:
    """Show the entries of a stream."""
    name = call.request.path_params.get("stream") or call.one("s") or READING_LIST
    listed, after = _page_of(call, _part(call, name), _CONTENTS)
    return _contents(name, _items(call, [one.id for one in listed]), after)


def item_contents(call: Call) -> Response:
    """Show entries by their names, in the order of the request, up to a thousand at once.

    RSS Guard asks for 9,999, and continues.
    """
    numbers = [number_of(name) for name in call.all("i")]
    done = number_of(call.one("c") or "0")
    end = done + _CONTENTS
    after = {"continuation": str(end)} if end < len(numbers) else {}
    return _contents(READING_LIST, _items(call, numbers[done:end]), after)


def stream_as_atom(call: Call) -> Response:
    """Show the entries of a stream as an Atom feed."""
    name = call.request.path_params["stream"]
    listed, _ = _page_of(call, _part(call, name), _CONTENTS)
    found = _items(call, [one.id for one in listed])
    title = found[0].feed_title if found and name.startswith("feed/") else "Guidang 归档"
    address = address_of(call.request, f"/reader/atom/{name}")
    body = as_atom(title, address, found, system_clock())
    return Response(body, media_type="application/atom+xml")


def edit_tag(call: Call) -> Response:
    """Mark entries as read, unread or starred; other tags are refused."""
    marks: dict[str, bool] = {}
    for tags, known in ((call.all("r"), _REMOVED), (call.all("a"), _ADDED)):
        for tag in map(plain_name, tags):
            if tag not in known and tag not in _WITHOUT_MEANING:
                raise UsageError(f"only read and starred can be marked, not {tag!r}")
            marks |= known.get(tag, {})
    numbers = [number_of(name) for name in call.all("i")]
    site_of(call.request).database.transact(mark, numbers, call.user, **marks)
    return PlainTextResponse(_OK)


def mark_all_as_read(call: Call) -> Response:
    """Mark all entries of a stream as read that were there at a time, given in microseconds."""
    name = call.one("s")
    if name is None:
        raise UsageError("say which stream is read: s=feed/7")
    until = call.instant("ts", unit=_MICROSECOND)
    site_of(call.request).database.transact(
        mark_all_read, stream_called(name), call.user, until=until
    )
    return PlainTextResponse(_OK)


def refuse(_call: Call) -> Response:
    """Refuse to change the list of feeds: Guidang polls them for all its users."""
    return PlainTextResponse("Error=manage feeds on the pages of Guidang, or by its commands", 403)


def _part(call: Call, name: str) -> Part:
    after = call.one("c")
    return Part(
        stream=stream_called(name),
        within=tuple(map(stream_called, call.all("it"))),
        without=tuple(map(stream_called, call.all("xt"))),
        since=call.instant("ot", unit=_SECOND),
        until=call.instant("nt", unit=_SECOND),
        after=None if after is None else number_of(after),
        oldest_first=call.one("r") == "o",
    )


def _page_of(call: Call, part: Part, most: int) -> tuple[list[Listed], dict[str, str]]:
    """Return entries, and the field that tells how to continue if there may be more."""
    size = call.number("n", default=_USUAL, most=most)
    listed = site_of(call.request).database.view(ids_in, part, call.user, size)
    return listed, {"continuation": str(listed[-1].id)} if len(listed) == size else {}


def _items(call: Call, numbers: list[int]) -> list[Item]:
    return site_of(call.request).database.view(items, numbers, call.user)


def _contents(name: str, found: list[Item], after: dict[str, str]) -> Response:
    about: dict[str, Any] = {
        "id": name,
        "direction": "ltr",
        "title": "Guidang 归档",
        "updated": seconds(max((one.first_seen_at for one in found), default=system_clock())),
        "items": [item_as_json(one) for one in found],
    }
    return json_answer(about | after)


def _microseconds(at: datetime) -> str:
    return f"{seconds(at)}000000"
