"""Fill the templates: pages in the language of the visitor."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from anyio import CapacityLimiter
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ingest import messages
from ingest.config import Config
from ingest.database import Database
from ingest.reading.html.for_page import html_for_page
from ingest.urls import without_secrets
from ingest.views.cutting import preview_of
from ingest.views.text import list_of, local
from ingest.web import language
from ingest.web.access.attempts import Attempts
from ingest.web.access.forms import FormSecret
from ingest.web.access.headers import POLICY, policy
from ingest.web.access.prefix import path_of, root_of
from ingest.web.access.visitor import visitor_of
from ingest.web.finding import Found
from ingest.web.recent import Recent

_AT_ONCE = 4  # searches and downloads
_SECONDS = 20  # for which counts of all entries are shown before they are made again


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages are made from, the log-ins that were tried, and counts made lately.

    `turns` limits how many searches and downloads run at the same time.
    """

    config: Config
    database: Database
    find: Callable[[str], Found | None]
    attempts: Attempts = field(default_factory=Attempts)
    turns: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_ONCE))
    recent: Recent = field(default_factory=lambda: Recent(_SECONDS))


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site: Site = request.app.state.site
    return site


def page(
    request: Request, template: str, *, status: int = 200, with_others: bool = False, **values: Any
) -> Response:
    """Return a page in the visitor's language; `values` are the variables of the template.

    `with_others` allows pictures and players of other sites.
    """
    chosen, secret = language.language_for(request), FormSecret(request)
    text = (
        _templates()
        .get_template(template)
        .render(
            values,
            at=lambda path, **query: address_on(request, path, query),
            here=path_of(request.scope),
            form_secret=secret,
            visitor=visitor_of(request),
            may_log_in=bool(site_of(request).config.web.passwords),
            language=language.TAGS[chosen],
            languages=_languages(request, chosen),
            with_others=with_others,
        )
    )
    response = HTMLResponse(text, status, headers={POLICY: policy(with_others=with_others)})
    response.headers["Vary"] = "Accept-Language, Cookie"
    language.remember(request, response)
    secret.remember(request, response)
    return response


def address_on(request: Request, path: str, query: Mapping[str, object]) -> str:
    """Return the address of a page; parameters that are None or empty are left out."""
    given = {name: value for name, value in query.items() if value not in (None, "")}
    whole = f"{root_of(request.scope)}{path}"
    return f"{whole}?{urlencode(given)}" if given else whole


def _languages(request: Request, chosen: str) -> list[tuple[str, str, str]]:
    """Return tag, name and address of this page in each other language."""
    query = dict(request.query_params)
    return [
        (
            tag,
            language.NAMES[one],
            address_on(request, path_of(request.scope), query | {"lang": one}),
        )
        for one, tag in language.TAGS.items()
        if one != chosen
    ]


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("ingest.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "_": messages._,
        "ngettext": messages.ngettext,
        "static": _static,
        "icon": _icon,
    }
    templates.filters |= {
        "listed": list_of,
        "local": local,
        "recognized": messages.recognized,
        "preview": preview_of,
        "without_secrets": without_secrets,
        "for_page": _fit,
    }
    return templates


def _fit(markup: str, below: int, with_others: bool) -> str:
    """Return the HTML of an entry for a place below a heading of the rank `below`."""
    words = {
        "img": messages._("picture"),
        "video": messages._("film"),
        "audio": messages._("sound"),
        "iframe": messages._("player"),
    }
    return html_for_page(markup, below=below, names=words, with_media=with_others)


@cache
def _static(name: str) -> str:
    """Return the path of a static file, which changes when the file does."""
    content = files("ingest.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


@cache
def _icon() -> str:
    """Return the icon as a data URL, because pages load no pictures, not even their own."""
    content = files("ingest.web").joinpath("static", "icon.svg").read_bytes()
    return f"data:image/svg+xml;base64,{b64encode(content).decode()}"
