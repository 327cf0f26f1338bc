"""Who may see and change the archive in a browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from starlette.responses import PlainTextResponse

from ingest.config.web import WebConfig
from ingest.store import visitors
from ingest.web.access.attempts import Attempts
from ingest.web.access.network import client_of
from ingest.web.access.secrets import digest_of, is_password
from ingest.web.access.visitor import MANAGERS, READERS, NotAllowed, Visitor
from ingest.web.app import make_app
from tests.pages import HEALTHY, Browser, Pages, pages_of
from tests.program import Program
from tests.world import World

READER = Visitor(may_read=True)
MANAGER = Visitor(may_read=True, may_manage=True)


@pytest.mark.parametrize(
    ("middleware", "visitor", "lacks"),
    [
        (READERS, Visitor(), "read"),
        (READERS, READER, None),
        (READERS, MANAGER, None),
        (MANAGERS, Visitor(), "manage"),
        (MANAGERS, READER, "manage"),
        (MANAGERS, MANAGER, None),
    ],
)
def test_a_route_refuses_who_lacks_its_right(
    middleware: Any, visitor: Visitor, lacks: str | None
) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "state": {"visitor": visitor}}
    [each] = middleware
    app = each.cls(PlainTextResponse("done"), **each.kwargs)
    raises = pytest.raises(NotAllowed, match=lacks) if lacks else contextlib.nullcontext()
    with raises:
        asyncio.run(app(scope, None, send))
    assert [one["status"] for one in sent if "status" in one] == ([] if lacks else [200])


MANAGE, READ = (PasswordHasher(1, 8, 1).hash(word) for word in ("管理 everything", "only read"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> World:
    folder = tmp_path_factory.mktemp("access")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    return World(folder, f"sqlite:///{file}")


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[Pages]:
    with pages_of(world, password=MANAGE, read_password=READ, hosts=["nas.local"]) as served:
        yield served


@pytest.fixture(scope="module")
def public(world: World) -> Iterator[Pages]:
    with pages_of(world, password=MANAGE, public=True) as served:
        yield served


def log_in(pages: Pages, password: str, path: str = "/log-in") -> Browser:
    browser = Browser(pages)
    browser.get(path)
    browser.send("/log-in", password=password)
    return browser


def test_a_browser_logs_in_and_comes_back_to_the_page_it_wanted(pages: Pages) -> None:
    browser = Browser(pages)
    assert browser.get("/feeds?failing=1").status == 303
    form = browser.follow()
    assert "Password" in form.text
    assert browser.send("/log-in", password="管理 everything").status == 303
    assert "No feed fails." in browser.follow().text
    [cookie] = [one for one in form.cookies if "guidang-form" in one]
    assert cookie["guidang-form"]["httponly"]
    assert browser.send("/log-out").status == 303
    assert browser.get("/feeds").status == 303


def test_a_session_ends_on_the_server_too(pages: Pages) -> None:
    browser = log_in(pages, "only read")
    kept = dict(browser.cookies)
    browser.get("/")
    browser.send("/log-out")
    browser.cookies = kept
    assert browser.get("/feeds").status == 303


def test_the_cookie_of_a_session_is_only_for_this_site(pages: Pages) -> None:
    browser = log_in(pages, "only read")
    assert browser.page is not None
    [cookie] = browser.page.cookies
    morsel = cookie["guidang-session"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "lax", "/")
    assert not morsel["secure"]
    assert morsel["max-age"] == str(30 * 24 * 3600)


def test_a_wrong_password_shows_the_form_again(pages: Pages) -> None:
    browser = log_in(pages, "wrong", "/log-in?next=/feeds")
    assert browser.page is not None
    assert (browser.page.status, "The password is wrong." in browser.page.text) == (403, True)
    assert browser.send("/log-in", password="only read").headers["location"] == "/feeds"


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", "/\n/"]
)
def test_a_login_never_leads_to_another_site(pages: Pages, goal: str) -> None:
    browser = log_in(pages, "only read", "/log-in?next=" + quote(goal))
    assert browser.page is not None
    assert browser.page.headers["location"] == "/"


def test_a_new_password_and_old_age_end_sessions(world: World) -> None:
    database, now = world.database, world.clock()
    keep = {"may_manage": True, "password": b"hash", "now": now}
    database.transact(visitors.begin_session, b"cookie", **keep)

    def may(password: bytes, since: datetime) -> bool | None:
        passwords = [password]
        return database.query(
            visitors.session_may_manage, b"cookie", passwords=passwords, since=since
        )

    assert may(b"hash", now)
    assert may(b"other", now) is None
    assert may(b"hash", now + timedelta(days=1)) is None


def test_sessions_are_limited_in_number(world: World) -> None:
    """The one above the most ends the oldest."""
    for number in range(103):
        later = datetime(2100, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        keep = {"may_manage": False, "password": b"hash", "now": later}
        world.database.transact(visitors.begin_session, b"many%d" % number, **keep)
    since = world.clock() - timedelta(days=1)
    kept = [
        world.database.query(
            visitors.session_may_manage, b"many%d" % n, passwords=[b"hash"], since=since
        )
        for n in range(103)
    ]
    assert kept == [None] * 3 + [False] * 100


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("nas.local:8710", 200),
        ("NAS.local", 200),
        ("192.0.2.1:8710", 200),
        ("[2001:db8::1]:8710", 200),
        ("localhost", 200),
        ("evil.example", 403),
        ("nas.local.evil.example", 403),
        ("", 403),
    ],
)
def test_only_known_names_are_served(pages: Pages, host: str, status: int) -> None:
    page = pages.get("/log-in", Host=host)
    assert page.status == status
    assert (status == 200) or "hosts" in page.source


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/", "text/html,*/*", 303),
        ("/nothing", "text/html", 303),
        ("/", "application/json", 401),
        ("/e/1/bytes", "*/*", 401),
        ("/log-in", "text/html", 200),
        ("/static/pico.css", "*/*", 200),
        ("/readyz", "*/*", 200),
    ],
)
def test_without_a_password_nothing_is_shown(
    pages: Pages, path: str, accept: str, status: int
) -> None:
    page = pages.get(path, Accept=accept)
    assert page.status == status
    assert (status == 401) == ("www-authenticate" in page.headers)


def test_everyone_may_read_public_pages(public: Pages) -> None:
    assert public.get("/feeds", X_Forwarded_For="192.0.2.7").status == 200
    assert "/log-in?next=%2Ffeeds" in public.get("/feeds").links()


@pytest.mark.parametrize(
    ("scheme", "status"), [("Bearer", 200), ("GoogleLogin auth=", 200), ("Basic", 200), ("X", 401)]
)
def test_a_program_reads_with_its_token(
    world: World, pages: Pages, scheme: str, status: int
) -> None:
    name, secret = f"reader {scheme}", f"secret {scheme}"
    add = {"may_manage": True, "now": world.clock()}
    world.database.transact(visitors.add_token, name, digest_of(secret), **add)
    sent = secret if scheme != "Basic" else b64encode(f"anyone:{secret}".encode()).decode()
    joint = "" if scheme.endswith("=") else " "
    assert pages.get("/feeds", Authorization=f"{scheme}{joint}{sent}").status == status
    assert pages.get("/feeds", Authorization=f"{scheme}{joint}{sent}x").status == 401
    world.database.transact(visitors.remove_token, name)
    assert pages.get("/feeds", Authorization=f"{scheme}{joint}{sent}").status == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://nas.local", "Host": "nas.local"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(
    pages: Pages, headers: dict[str, str], status: int
) -> None:
    browser = Browser(pages)
    browser.get("/log-in")
    browser.headers = headers
    assert browser.send("/log-in", password="only read").status == status


@pytest.mark.parametrize("secret", ["", "0" * 64, "字"])
def test_a_form_without_its_secret_is_refused(pages: Pages, secret: str) -> None:
    browser = Browser(pages)
    browser.get("/log-in")
    page = browser.post("/log-in", {"password": "only read", "form": secret})
    assert (page.status, "this form is too old" in page.text) == (403, True)


def test_a_form_is_bounded(pages: Pages) -> None:
    assert pages.post("/log-in", {}, Content_Length="99999999").status == 413


def test_attempts_are_limited(world: World) -> None:
    with pages_of(world, password=MANAGE, proxies=["127.0.0.1/32"]) as served:
        browser = Browser(served, {"X-Forwarded-For": "192.0.2.1"})
        browser.get("/log-in")
        answers = [browser.send("/log-in", password="wrong") for _ in range(6)]
        assert [answer.status for answer in answers] == [403] * 5 + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        other = Browser(served, {"X-Forwarded-For": "192.0.2.2"})
        other.get("/log-in")
        assert other.send("/log-in", password="管理 everything").status == 303


def test_attempts_are_counted_for_each_address_and_in_total() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    assert [attempts.wait("192.0.2.1") for _ in range(6)] == [0, 0, 0, 0, 0, 60]
    now[0] = 60
    assert [attempts.wait("::ffff:192.0.2.1") for _ in range(2)] == [0, 60]
    assert [attempts.wait(f"2001:db8::{n}") for n in range(6)] == [0, 0, 0, 0, 0, 60]
    attempts.forget("2001:db8::")
    assert attempts.wait("2001:db8::1") == 0
    now[0] = 1000
    assert [attempts.wait(f"198.51.100.{n}") for n in range(32)] == [0] * 30 + [2, 2]


def test_attempts_take_a_bounded_room() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for number in range(10_000):
        now[0] += 10
        assert attempts.wait(f"10.0.{number // 250}.{number % 250}") == 0
    assert len(attempts) == 4096


@pytest.mark.parametrize(
    ("client", "forwarded", "found"),
    [
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("198.51.100.1", "192.0.2.1", "198.51.100.1"),
    ],
)
def test_only_known_proxies_name_the_visitor(client: str, forwarded: str, found: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "client": (client, 1), "headers": headers}
    web = WebConfig.model_validate({"proxies": ["10.0.0.0/8"]})
    assert client_of(scope, web) == found


def test_the_command_prints_a_hash_that_the_configuration_takes(tmp_path: Path) -> None:
    program = Program(tmp_path)
    printed = program.run("web", "password", stdin="correct horse\n").out
    program.write_config(f"[web]\n{printed}")
    program.good("status")
    hashed = tomllib.loads(printed)["password"]
    assert is_password(hashed, "correct horse")
    assert not is_password(hashed, "correct horsf")
    refused = program.run("web", "password", stdin="short\n")
    assert (refused.code, "8 to 1000 characters" in refused.err) == (2, True)


def test_a_plain_password_in_the_configuration_is_refused_and_not_shown(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.write_config("[web]\npassword = 'correct horse'\n")
    refused = program.run("status")
    assert refused.code == 2
    assert "make one with: guidang web password" in refused.err
    assert "horse" not in refused.err


def test_tokens_are_added_listed_and_removed(tmp_path: Path, migrated_file: Path) -> None:
    shutil.copy(migrated_file, tmp_path / "guidang.db")
    program = Program(tmp_path)
    program.write_config("")
    secret = program.run("web", "token", "add", "phone", "--right", "manage").out.strip()
    assert len(secret) >= 43
    assert program.run("web", "token", "add", "phone").code == 2
    listed = program.good("web", "token", "list", "--json")
    assert [(one["name"], one["right"]) for one in json.loads(listed)] == [("phone", "manage")]
    assert secret not in listed
    assert secret.encode() not in (tmp_path / "guidang.db").read_bytes()
    program.good("web", "token", "remove", "phone")
    assert program.run("web", "token", "remove", "phone").code == 2


@pytest.mark.parametrize("path", ["/archive/feeds", "/feeds"], ids=["path left", "path removed"])
@pytest.mark.parametrize(
    ("url", "headers", "is_secure"),
    [
        ("https://example.org/archive/", {}, True),
        ("http://example.org/archive", {}, False),
        ("http://example.org/archive", {"X-Forwarded-Proto": "https"}, False),
    ],
)
def test_below_a_path_cookies_and_redirects_have_it(
    world: World, path: str, url: str, headers: dict[str, str], is_secure: bool
) -> None:
    with pages_of(world, password=MANAGE, url=url) as served:
        browser = Browser(served, {"Host": "example.org"} | headers)
        assert browser.get(path.replace("feeds", "readyz")).status == 200
        assert browser.get(path).headers["location"] == "/archive/log-in?next=%2Ffeeds"
        browser.follow()
        answer = browser.send("/archive/log-in", password="管理 everything")
        assert answer.headers["location"] == "/archive/feeds"
        [cookie] = answer.cookies
        morsel = cookie["guidang-session"]
        assert (morsel["path"], bool(morsel["secure"])) == ("/archive/", is_secure)
        assert browser.follow().status == 200


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://Example.org", "https://example.org/"),
        ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080/a/b/"),
        ("example.org", None),
        ("https://bob:secret@example.org/", None),
        ("https://example.org/?a=1", None),
        ("https://example.org/../x", None),
        ("https://example.org:99999/", None),
    ],
)
def test_the_address_behind_a_proxy_is_checked(url: str, kept: str | None) -> None:
    fails = contextlib.nullcontext() if kept else pytest.raises(ValueError, match="write an add")
    with fails:
        assert WebConfig.model_validate({"url": url}).url == kept


def test_a_path_behind_a_proxy_is_none_of_the_pages_themselves(world: World) -> None:
    """If the proxy removes it, /feeds/feeds and /feeds would both arrive as /feeds."""
    app = make_app(world.config, world.database, ask=lambda path: HEALTHY, find=lambda url: None)
    routes = [one for mount in app.routes for one in ([mount] if mount.path else mount.routes)]  # type: ignore[attr-defined]
    own = {route.path.split("/")[1] for route in routes} - {""}  # type: ignore[attr-defined]
    assert {"feeds", "api", "static", "search.zip"} <= own
    for path in own:
        with pytest.raises(ValueError, match=f"/{path} is a page of the site itself"):
            WebConfig.model_validate({"url": f"https://example.org/{path}/archive/"})
    kept = "https://example.org/feeds-archive/feeds/"
    assert WebConfig.model_validate({"url": kept}).url == kept
