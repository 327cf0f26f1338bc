"""Which function answers feed readers at which address."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.web.programs.greader import api
from ingest.web.programs.greader.accounts import answer_log_in
from ingest.web.programs.greader.calls import Answer, fields_of, for_users

_READING: dict[str, Answer] = {
    "token": api.token,
    "user-info": api.user_info,
    "tag/list": api.tag_list,
    "subscription/list": api.subscription_list,
    "subscription/export": api.subscription_export,
    "preference/list": api.preferences,
    "preference/stream/list": api.preferences,
    "unread-count": api.unread_count,
    "stream/contents": api.stream_contents,
    "stream/contents/{stream:path}": api.stream_contents,
    "stream/items/ids": api.item_ids,
    "stream/items/contents": api.item_contents,
}
_MARKING: dict[str, Answer] = {
    "edit-tag": api.edit_tag,
    "mark-all-as-read": api.mark_all_as_read,
}
_MANAGING = (
    *("subscription/edit", "subscription/quickadd", "subscription/import"),
    *("rename-tag", "disable-tag"),
)
_EITHER = ["GET", "POST"]  # feed readers send long questions as forms


def routes() -> list[Route]:
    """Return the routes of the API; each function checks itself that the user is logged in."""
    return [
        Route("/accounts/ClientLogin", _log_in, methods=_EITHER),
        Route("/reader/atom/{stream:path}", for_users(api.stream_as_atom)),
        *(_route(path, answer, _EITHER) for path, answer in _READING.items()),
        *(_route(path, answer, ["POST"]) for path, answer in _MARKING.items()),
        *(_route(path, api.refuse, ["POST"]) for path in _MANAGING),
    ]


def _route(path: str, answer: Answer, methods: list[str]) -> Route:
    return Route(f"/reader/api/0/{path}", for_users(answer), methods=methods)


async def _log_in(request: Request) -> Response:
    fields = await fields_of(request)
    return await run_in_threadpool(answer_log_in, request, fields)
