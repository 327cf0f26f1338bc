from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.config import RsshubConfig
from ingest.errors import (
    BadStatus,
    ForbiddenAddress,
    Gone,
    ParseError,
    SourceError,
    TooLarge,
    Unreachable,
    UsageError,
)
from ingest.manners.health import Health, after_failure, in_order, is_fault_of_instance
from ingest.rsshub import Instance, address_of, instances_of, is_route, kept_address, route_of
from ingest.rsshub.metadata import SUBJECTS, categories_of, read_metadata, subject_of
from ingest.rsshub.patterns import fit, segments_of
from ingest.rsshub.routes import generator_of, is_rsshub, matched_pattern
from tests.support import NOON

DATA = Path(__file__).parent / "data" / "rsshub"


@pytest.mark.parametrize(
    ("route", "instance", "key", "address"),
    [
        ("rsshub://zhihu/hot", "https://rss.example.cn", "", "https://rss.example.cn/zhihu/hot"),
        ("rsshub://a/b/?limit=5", "https://h.cn/rsshub/", "", "https://h.cn/rsshub/a/b?limit=5"),
        # The example in RSSHub's documentation of access control.
        (
            "rsshub://qdaily/column/59",
            "https://h.cn",
            "ILoveRSSHub",
            "https://h.cn/qdaily/column/59?code=0f820530128805ffc10351f22b5fd121",
        ),
        # A code made with another key is replaced.
        (
            "rsshub://qdaily/column/59?code=old&limit=3&key=K",
            "https://h.cn",
            "ILoveRSSHub",
            "https://h.cn/qdaily/column/59?limit=3&code=0f820530128805ffc10351f22b5fd121",
        ),
    ],
)
def test_the_address_of_a_route_at_an_instance(
    route: str, instance: str, key: str, address: str
) -> None:
    config = RsshubConfig(instances=(instance,), access_key=key)
    assert address_of(route, instances_of(config)[0]) == address


def test_the_code_is_computed_from_the_decoded_path_as_in_rsshub() -> None:
    import hashlib

    instance = Instance(address="https://h.cn/apps", key="K")
    for written, seen in [("罗翔", "罗翔"), ("%E7%BD%97%E7%BF%94", "罗翔"), ("a%2Fb", "a%2Fb")]:
        code = hashlib.md5(f"/apps/bili/{seen}K".encode()).hexdigest()
        assert address_of(f"rsshub://bili/{written}", instance).endswith(f"?code={code}")


def test_an_instance_may_have_a_key_of_its_own() -> None:
    config = RsshubConfig(
        instances=("https://a.cn", "https://b.cn/?key=OWN", "https://c.cn?key="), access_key="ALL"
    )
    assert [(one.address, one.key) for one in instances_of(config)] == [
        ("https://a.cn", "ALL"),
        ("https://b.cn", "OWN"),
        ("https://c.cn", ""),
    ]


def test_a_route_is_recognized_by_its_scheme() -> None:
    assert is_route("RSSHub://zhihu/hot")
    assert not is_route("https://rsshub.example/zhihu/hot")


INSTANCES = instances_of(
    RsshubConfig(instances=("https://me:pw@a.cn/apps/", "http://b.cn:1200"), access_key="K")
)


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("https://a.cn/apps/zhihu/hot", "rsshub://zhihu/hot"),
        ("http://A.cn:80/apps/zhihu/hot/", "rsshub://zhihu/hot"),
        ("http://b.cn:1200/zhihu/hot?key=K&limit=5&code=C", "rsshub://zhihu/hot?limit=5"),
        ("https://b.cn/zhihu/hot", None),
        ("https://a.cn/other/zhihu", None),
        ("https://a.cn/apps/", None),
        ("rsshub://zhihu/hot", None),
    ],
)
def test_the_address_of_an_instance_is_a_route(url: str, route: str | None) -> None:
    assert route_of(url, INSTANCES) == route


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("RSSHub://zhihu/hot/?code=C&limit=5", "rsshub://zhihu/hot?limit=5"),
        ("http://b.cn:1200/zhihu/hot?key=K", "http://b.cn:1200/zhihu/hot"),
        # The key of an unlisted server stays in the address: there is no other way to send it.
        ("https://news.cn/feed?key=K", "https://news.cn/feed?key=K"),
    ],
)
def test_no_key_is_stored_with_an_address(url: str, kept: str) -> None:
    assert kept_address(url, INSTANCES) == kept


def test_the_name_of_an_instance_holds_no_password() -> None:
    assert [one.name for one in INSTANCES] == ["https://a.cn/apps", "http://b.cn:1200"]


A, B, C = (Instance(address=f"https://{name}.cn") for name in "abc")


def failing(instance: Instance, minutes: float) -> dict[str, Health]:
    until = NOON + timedelta(minutes=minutes)
    return {instance.name: Health(instance=instance.name, failures=1, paused_until=until)}


@pytest.mark.parametrize(
    ("health", "being_tried", "order"),
    [
        ({}, set(), [A, B, C]),
        (failing(A, 5), set(), [B, C]),
        (failing(A, 0), set(), [A, B, C]),
        (failing(A, 0), {A.name}, [B, C]),
        (failing(A, 9) | failing(B, 3) | failing(C, 6), set(), [B, C, A]),
    ],
)
def test_instances_are_asked_in_order_without_paused_ones(
    health: dict[str, Health], being_tried: set[str], order: list[Instance]
) -> None:
    assert in_order([A, B, C], health, NOON, being_tried=being_tried) == order


def test_the_pause_of_a_failing_instance_doubles() -> None:
    health = Health(instance=A.name)
    pauses = []
    for _ in range(9):
        health = after_failure(health, Unreachable("u", "no such host"), now=NOON)
        assert health.paused_until is not None
        pauses.append((health.paused_until - NOON).total_seconds() / 60)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (health.failures, health.failing_since) == (9, NOON)
    assert health.last_error == "no answer: no such host"


def test_a_retry_after_of_an_instance_is_respected() -> None:
    error = BadStatus("u", 429, retry_after=timedelta(hours=3))
    health = after_failure(Health(instance=A.name), error, now=NOON)
    assert health.paused_until == NOON + timedelta(hours=3)


@pytest.mark.parametrize(
    ("error", "is_its_fault"),
    [
        (Unreachable("u", "connection refused", connection_refused=True), True),
        (Unreachable("u", "it took longer than 75 s", timed_out=True), False),
        (BadStatus("u", 403), True),
        (BadStatus("u", 429), True),
        (BadStatus("u", 502), True),
        (BadStatus("u", 522), True),
        (BadStatus("u", 500), False),
        (BadStatus("u", 503), False),
        (Gone("u", 404), False),
        (TooLarge("u", 1), False),
        (ForbiddenAddress("u", "10.0.0.1"), True),
        (ParseError("u", "a captcha page"), True),
    ],
)
def test_a_failure_counts_against_the_instance_or_the_route(
    error: SourceError, is_its_fault: bool
) -> None:
    assert is_fault_of_instance(error) is is_its_fault


@pytest.mark.parametrize(
    ("headers", "generator", "description", "made_by"),
    [
        ((), "RSSHub", "", "RSSHub"),
        ((), None, "知乎热榜 - Powered by RSSHub", "RSSHub"),
        ((("rsshub-node", "x"),), None, "", "RSSHub"),
        ((("x-rsshub-route", "/a"),), "Hexo", "", "RSSHub"),
        ((("server", "nginx"),), "Hexo", "Powered by RSSHub and others", "Hexo"),
        ((), None, "", None),
    ],
)
def test_rsshub_is_recognized_by_its_documents(
    headers: Any, generator: str | None, description: str, made_by: str | None
) -> None:
    found = generator_of(headers, generator, description)
    assert found == made_by
    assert is_rsshub(found) is (made_by == "RSSHub")


def test_the_pattern_of_a_route_is_read_from_its_header() -> None:
    assert matched_pattern([("x-rsshub-route", "/zhihu/hot/:id?")]) == "/zhihu/hot/:id?"
    assert matched_pattern([("x-rsshub-route", "nonsense")]) is None
    assert matched_pattern([]) is None


def test_there_are_the_25_subjects_of_rsshub() -> None:
    assert len(SUBJECTS) == 25
    assert subject_of(["popular", "game"]) == "游戏"
    assert subject_of(["popular"]) == "热门"
    assert subject_of(["nonsense"]) == "其他"


def categories() -> list[list[str]]:
    lines = (DATA / "categories.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("path", "pattern", "expected"), categories())
def test_a_path_has_the_categories_of_its_route(path: str, pattern: str, expected: str) -> None:
    read = read_metadata(json.loads((DATA / "namespaces.json").read_text("utf-8")), "file")
    namespaces = {one.name: one for one in read}
    told = None if pattern == "-" else pattern
    found = " > ".join(categories_of(path, namespaces, told))
    assert found == ("" if expected == "-" else expected)


@pytest.mark.parametrize("answer", [[], {}, {"a": 1}, {"a": {"routes": []}}, {"": {"routes": 1}}])
def test_invalid_metadata_are_refused(answer: Any) -> None:
    with pytest.raises(UsageError, match="file: not RSSHub's metadata"):
        read_metadata(answer, "file")


def test_invalid_parts_of_metadata_are_skipped() -> None:
    (namespace,) = read_metadata(
        {"a": {"routes": {"/x": None, "/y": {"name": 7, "categories": "blog"}}}}, "file"
    )
    assert [(one.path, one.title, one.categories) for one in namespace.routes] == [
        ("/y", "", ("blog",))
    ]


def test_paths_may_be_listed_with_their_namespace() -> None:
    routes = {"/sea/:kind": {}, "/sea/seaport/:id": {"name": "港口"}, "/sea/sea": {"name": "深海"}}
    read = read_metadata({"sea": {"name": "海", "routes": routes}}, "file")
    assert [route.path for route in read[0].routes] == ["/:kind", "/seaport/:id", "/sea"]
    namespaces = {one.name: one for one in read}
    assert categories_of("/sea/seaport/7", namespaces) == ("其他", "海", "港口")
    assert categories_of("/sea/sea", namespaces) == ("其他", "海", "深海")


def test_hostile_patterns_take_linear_time() -> None:
    pattern = "/" + "/".join([":a{.+}?", "*"] * 100)
    path = segments_of("/".join(["a"] * 1000))
    began = time.process_time()
    fit(pattern, path)
    fit("/:x{(a+)+$}", segments_of("/" + "a" * 400 + "b"))
    assert time.process_time() - began < 10
