"""Secrets of feeds are sent to their own server, and neither stored, shown nor logged."""

from __future__ import annotations

import base64
import json
import logging
import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.config import Config
from ingest.errors import BadRedirect, BadStatus, Fault, Unreachable
from ingest.logs import JsonFormatter, TextFormatter
from ingest.rsshub import instances_of
from tests.program import Program
from tests.site import Answer, Request, Site
from tests.support import item, rss

PASSWORD, COOKIE = "an-open-sesame", "session=a-secret-session"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    secrets = tmp_path / "credentials"
    secrets.mkdir()
    (secrets / "my-feed").write_text(f"me:{PASSWORD}\n")
    return Program(tmp_path, env={"MY_COOKIE": COOKIE, "CREDENTIALS_DIRECTORY": str(secrets)})


def write_feed(program: Program, url: str, settings: str) -> None:
    program.write_config(f'[[feeds]]\nurl = "{url}"\n{settings}\n')


SETTINGS = """
user_agent = "my-archive/1.0"
headers = { Cookie = "env:MY_COOKIE", X-Plain = "in the file" }
auth = "credential:my-feed"
"""


def test_a_feed_is_requested_with_its_own_headers(program: Program) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        write_feed(program, site.url("/feed"), SETTINGS)
        program.good("poll")
        (request,) = site.requests
    basic = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {basic}"
    assert request.headers["cookie"] == COOKIE
    assert request.headers["x-plain"] == "in the file"
    assert request.headers["user-agent"] == "my-archive/1.0"


def test_secrets_are_neither_stored_nor_shown(program: Program) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        write_feed(program, site.url("/feed"), SETTINGS)
        told = [
            program.run(*command)
            for command in (
                ["poll", "--debug"],
                ["feeds", "list", "--json"],
                ["feeds", "show", "1", "--json"],
                ["feeds", "export"],
            )
        ]
    shown = json.loads(told[2].out)["settings"]
    assert shown["headers"] == {"Cookie": "env:MY_COOKIE", "X-Plain": "***"}
    assert shown["auth"] == "credential:my-feed"
    kept = b"".join(file.read_bytes() for file in program.folder.glob("guidang.db*"))
    for secret in (PASSWORD, COOKIE):
        assert not any(secret in result.out + result.err for result in told)
        assert secret.encode() not in kept


def test_secrets_echoed_by_an_error_page_are_neither_stored_nor_shown(program: Program) -> None:
    with Site() as site:

        def echo(request: Request) -> Answer:
            told = " ".join(f"{name}: {value}" for name, value in request.headers.items())
            return Answer(status=403, body=f"<p>no: {request.path} {told}</p>")

        site.set("/feed", echo)
        write_feed(program, site.url("/feed?token=a-token-of-mine"), SETTINGS)
        told = [
            program.run(*command)
            for command in (
                ["poll", "--debug"],
                ["status", "--json"],
                ["feeds", "explain", "1"],
                ["feeds", "list", "--json"],
            )
        ]
    assert "403" in told[0].out
    kept = b"".join(file.read_bytes() for file in program.folder.glob("guidang.db*"))
    secret = [PASSWORD, COOKIE, "a-secret-session", base64.b64encode(f"me:{PASSWORD}".encode())]
    for one in secret:
        text = one if isinstance(one, str) else one.decode()
        assert not any(text in result.out + result.err for result in told)
        assert text.encode() not in kept
    assert not any("a-token-of-mine" in r.out.partition("/feed")[2] for r in told[:1])


def test_secrets_are_not_sent_to_another_server(program: Program) -> None:
    with Site() as site, Site("127.0.0.2") as other:
        other.set("/feed", rss(item(1)))
        site.redirect("/feed", other.url("/feed"))
        write_feed(program, site.url("/feed"), SETTINGS)
        program.good("poll")
        (request,) = other.requests
    assert not {"authorization", "cookie", "x-plain"} & request.headers.keys()


@pytest.mark.parametrize("place", ["env:NOT_THERE", "credential:not-there", "credential:../x"])
def test_a_missing_secret_is_named_and_no_request_is_sent(program: Program, place: str) -> None:
    with Site() as site:
        write_feed(program, site.url("/feed"), f'auth = "{place}"')
        result = program.run("poll")
        assert result.code == 1
        assert f"its settings refer to {place}, which is not set" in result.out
        assert site.requests == []


@pytest.mark.parametrize("setting", ['headers = { Cookie = "env:MY_COOKIE" }', 'auth = "env:X"'])
def test_a_secret_in_another_encoding_is_sent_byte_for_byte(program: Program, setting: str) -> None:
    secret = os.fsdecode(b"me:\xc3\xdc\xc2\xeb")
    program = replace(program, env={"MY_COOKIE": secret, "X": secret})
    with Site() as site:
        site.set("/feed", rss(item(1)))
        write_feed(program, site.url("/feed"), setting)
        program.good("poll")
        (request,) = site.requests
    sent = request.headers.get("cookie", "").encode("latin-1") or base64.b64decode(
        request.headers["authorization"].removeprefix("Basic ")
    )
    assert sent == os.fsencode(secret)


@pytest.mark.parametrize("cookie", ["a-secret\nin-two-lines", "a-secret\r\nX-Injected: 1"])
def test_a_secret_that_cannot_be_sent_is_not_shown(program: Program, cookie: str) -> None:
    program = replace(program, env={"MY_COOKIE": cookie})
    with Site() as site:
        write_feed(program, site.url("/feed"), 'headers = { Cookie = "env:MY_COOKIE" }')
        result = program.run("poll")
        assert "a header of ours cannot be sent" in result.out
        shown = [program.good(*words) for words in (["status"], ["feeds", "show", "1"])]
        assert site.requests == []
    assert not any("a-secret" in text for text in (result.out, result.err, *shown))


@pytest.mark.parametrize(
    "settings",
    [
        'headers = "Cookie: open-sesame"',
        'headers = { "Coo kie" = "open-sesame" }',
        'headers = { "Cookie" = "open-sesame\\n" }',
        'auth = ["open-sesame"]',
        'user_agent = "two\\nlines"',
        'url = "htp://me:open-sesame@news.example.cn/"',
        'url = "me:open-sesame@news.example.cn"',
        "[rsshub]\ninstances = 'https://hub.example.cn?key=open-sesame'",
        "[rsshub]\ninstances = ['ftp://hub.example.cn?key=open-sesame']",
        "[fetch]\nproxy = 'http://me:open-sesame@proxy:99999'",
    ],
)
def test_a_configuration_error_does_not_show_secrets(program: Program, settings: str) -> None:
    known = "" if settings.startswith("url") else 'url = "https://news.example.cn/"'
    program.write_config(f"[[feeds]]\n{known}\n{settings}\n")
    result = program.run("status")
    assert result.code == 2
    assert "open-sesame" not in result.out + result.err


ADDRESS = "https://me:open-sesame@a.example.cn/feed?key=open-sesame"


def test_the_repr_of_a_configuration_shows_no_secrets() -> None:
    config = Config.model_validate(
        {
            "database": {"url": "postgresql://me:open-sesame@localhost/guidang"},
            "fetch": {"proxy": "http://me:open-sesame@127.0.0.1:7890"},
            "rsshub": {
                "access_key": "open-sesame",
                "instances": ["https://me:open-sesame@hub.example.cn?key=open-sesame"],
            },
            "feeds": [
                {
                    "url": ADDRESS,
                    "auth": "me:open-sesame",
                    "headers": {"Cookie": "open-sesame"},
                    "proxy": "http://me:open-sesame@127.0.0.1:7890",
                }
            ],
        }
    )
    assert "open-sesame" not in f"{config} {config!r} {instances_of(config.rsshub)}"
    assert config.feeds[0].settings.as_json()["auth"] == "me:open-sesame"


@pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()])
def test_log_messages_and_tracebacks_show_no_secrets_of_an_address(
    form: logging.Formatter,
) -> None:
    error = ValueError(ADDRESS)
    record = logging.LogRecord(
        "x", logging.ERROR, "x", 1, "asked %s", (ADDRESS,), (ValueError, error, None)
    )
    assert "open-sesame" not in form.format(record)
    assert "a.example.cn/feed" in form.format(record)


@pytest.mark.parametrize(
    "error",
    [
        Unreachable(ADDRESS, f"proxy {ADDRESS} refused"),
        BadRedirect(ADDRESS, f"in a circle, by way of {ADDRESS}"),
        Fault.of(ADDRESS, ValueError(ADDRESS)),
        BadStatus(ADDRESS, 404),
    ],
)
def test_no_error_shows_the_secrets_of_its_address(error: Exception) -> None:
    assert "open-sesame" not in f"{error} {error!r} {getattr(error, 'trace', '')}"
    assert pickle.loads(pickle.dumps(error)).args == error.args


def test_the_error_for_a_duplicate_feed_shows_no_secrets(program: Program) -> None:
    program.write_config(f'[[feeds]]\nurl = "{ADDRESS}"\n[[feeds]]\nurl = "{ADDRESS}"\n')
    refused = program.run("status")
    assert "https://a.example.cn/feed is there twice" in refused.err
    assert "open-sesame" not in refused.err
