"""The exceptions: pickling, kinds and messages."""

from __future__ import annotations

import inspect
import pickle
from datetime import timedelta

import pytest

from ingest import errors

EXAMPLES = [
    errors.Unreachable("https://a.cn/", "connection refused", True),
    errors.BadStatus("https://a.cn/", 503, "busy", timedelta(minutes=5)),
    errors.Gone("https://a.cn/", 410),
    errors.TooLarge("https://a.cn/", 20_000_000),
    errors.ForbiddenAddress("https://a.cn/", "10.0.0.1"),
    errors.BadRedirect("https://a.cn/", "a loop"),
    errors.MissingSecret("https://a.cn/", "env:COOKIE"),
    errors.ParseError("https://a.cn/", "an HTML page"),
    errors.Unreadable("https://a.cn/", "it takes longer than 20 s"),
    errors.Fault("https://a.cn/", "KeyError: 'x'", "Traceback …"),
    errors.ConfigError("config.toml", ("one", "two")),
    errors.UsageError("no such feed"),
    errors.ArchiveError("read-only"),
    errors.PublishError("git failed"),
    errors.StoreError("gone"),
    errors.ArchiveFull("full"),
    errors.StoreFull("full"),
    errors.StoreBusy("locked"),
    errors.StoreConflict("deadlock detected"),
]
ABSTRACT = {errors.GuidangError, errors.SourceError, errors.FetchError}


def test_there_is_an_example_of_every_class() -> None:
    classes = {
        value
        for _, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, errors.GuidangError)
    }
    assert classes - ABSTRACT == {type(example) for example in EXAMPLES}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_can_be_pickled(error: errors.GuidangError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_error_kinds_are_short_names() -> None:
    assert [error.kind for error in EXAMPLES[:3]] == ["unreachable", "bad_status", "gone"]
    assert errors.StoreError("x").kind == "store"


def test_one_problem_is_on_the_first_line_and_several_are_below() -> None:
    assert str(errors.ConfigError("c.toml", ("bad",))) == "c.toml: bad"
    assert str(errors.ConfigError("c.toml", ("a", "b"))) == "c.toml: 2 mistakes:\n  a\n  b"
