from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.program import Program
from tests.site import Site
from tests.support import item, rss

PASSWORD, COOKIE = "an-open-sesame", "session=a-secret-session"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    secrets = tmp_path / "credentials"
    secrets.mkdir()
    (secrets / "my-feed").write_text(f"me:{PASSWORD}\n")
    return Program(tmp_path, env={"MY_COOKIE": COOKIE, "CREDENTIALS_DIRECTORY": str(secrets)})


def name_feed(program: Program, url: str, settings: str) -> None:
    program.write_config(f'[[feeds]]\nurl = "{url}"\n{settings}\n')


SETTINGS = """
user_agent = "my-archive/1.0"
headers = { Cookie = "env:MY_COOKIE", X-Plain = "in the file" }
auth = "credential:my-feed"
"""


def test_a_feed_is_asked_with_its_own_headers(program: Program) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        name_feed(program, site.url("/feed"), SETTINGS)
        program.good("poll")
        (request,) = site.requests
    basic = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {basic}"
    assert request.headers["cookie"] == COOKIE
    assert request.headers["x-plain"] == "in the file"
    assert request.headers["user-agent"] == "my-archive/1.0"


def test_secrets_are_neither_kept_nor_shown(program: Program) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        name_feed(program, site.url("/feed"), SETTINGS)
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


def test_other_servers_are_told_nothing(program: Program) -> None:
    with Site() as site, Site("127.0.0.2") as other:
        other.set("/feed", rss(item(1)))
        site.redirect("/feed", other.url("/feed"))
        name_feed(program, site.url("/feed"), SETTINGS)
        program.good("poll")
        (request,) = other.requests
    assert not {"authorization", "cookie", "x-plain"} & request.headers.keys()


@pytest.mark.parametrize("place", ["env:NOT_THERE", "credential:not-there", "credential:../x"])
def test_a_secret_that_is_missing_is_named_and_nobody_is_asked(
    program: Program, place: str
) -> None:
    with Site() as site:
        name_feed(program, site.url("/feed"), f'auth = "{place}"')
        result = program.run("poll")
        assert result.code == 1
        assert f"its settings name {place}, and nothing is there" in result.out
        assert site.requests == []
