"""The configuration: its values, where they come from, and its error messages."""

from __future__ import annotations

import contextlib
import tomllib
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from ingest.config import (
    ArchiveConfig,
    Config,
    FeedConfig,
    FeedSettings,
    feed_settings,
    format_duration,
    format_size,
    load_config,
    parse_duration,
    parse_size,
)
from ingest.config.example import example_config
from ingest.config.tables import model_of
from ingest.database import Database
from ingest.errors import ConfigError
from tests.program import Program, new_program

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("15m", 900), ("6h", 21600), ("1d", 86400), ("1h30m", 5400), ("500ms", 0.5)],
)
def test_durations_are_read_and_written(text: str, seconds: float) -> None:
    duration = parse_duration(text)
    assert duration == timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize("text", ["", "5", "1 hour", "h", "-1h", "1h30", "99999d", "1h 30m"])
def test_invalid_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration|longer"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("10MB", 10_000_000), ("512KiB", 524_288), ("7", 7), ("1.5 GB", 1_500_000_000)],
)
def test_sizes_are_read_and_written(text: str, size: int) -> None:
    assert parse_size(text) == size
    assert parse_size(format_size(size)) == size


def test_the_example_file_is_generated_from_the_settings() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example_config()


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    config, _ = load_config(write(tmp_path, example_config()), environment={})
    default, _ = load_config(write(tmp_path, ""), environment={})
    assert config == default


def test_the_example_holds_every_setting_of_a_feed(tmp_path: Path) -> None:
    feed = example_config().partition("# [[feeds]]")[2]
    lines = ["[[feeds]]", *(line.removeprefix("# ") for line in feed.splitlines())]
    table = tomllib.loads("\n".join(lines))["feeds"][0]
    assert set(table) == set(FeedConfig.model_fields)
    assert FeedConfig.model_validate(table).categories[0] == "新媒体"


def test_every_example_of_a_feed_setting_is_valid_and_not_the_default() -> None:
    for name, field in FeedSettings.model_fields.items():
        (example,) = field.examples or ()
        assert set(FeedSettings.model_validate({name: example}).as_json()) == {name}


def test_secret_settings_are_neither_listed_nor_shown() -> None:
    secret = {"headers": {"Cookie": "open-sesame"}, "auth": "me:open-sesame"}
    settings = FeedSettings.model_validate(secret | {"proxy": "http://me:open-sesame@a.cn:1"})
    assert "open-sesame" not in str(settings.as_shown())
    assert not any(feed_settings()[name].in_lists for name in settings.as_json())


def test_every_setting_has_a_description() -> None:
    for model in map(model_of, Config.model_fields):
        without = {name for name, field in model.model_fields.items() if not field.description}
        assert without == ({"name"} if model is ArchiveConfig else set())


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        [database]
        urll = "sqlite:///x.db"
        [fetch]
        max_size = "10 bananas"
        allow_private = ["10.0.0.0/8", "home"]
        [archve]
        [[feeds]]
        url = "ftp://x"
        intervall = "3h"
        full_text = "maybe"
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load_config(file, environment={"GUIDANG_FETCH__PER_HOST": "zero"})
    message = str(caught.value)
    assert len(caught.value.problems) == 8
    for part in (
        str(file),
        "[database] urll: no such key; did you mean url?",
        "[fetch] max_size: write a size such as 10MB",
        "[fetch] allow_private: 'home' is not a network",
        "archve: no such table; did you mean archive?",
        "[[feeds]] number 1: url:",
        "[[feeds]] number 1: intervall: no such key; did you mean interval?",
        "[[feeds]] number 1: full_text: write true, false or auto",
        "environment GUIDANG_FETCH__PER_HOST:",
    ):
        assert part in message


def test_an_error_message_shows_no_secret(tmp_path: Path) -> None:
    file = write(tmp_path, '[database]\nurl = "mysql://me:hunter2@host/db"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file, environment={})
    assert "hunter2" not in str(caught.value)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, '[fetch]\nper_host = 3\n[database]\nurl = "sqlite:///a.db"\n')
    config, _ = load_config(
        file,
        environment={
            "GUIDANG_DATABASE__URL": "postgres://me@host/db",
            "GUIDANG_FETCH__ALLOW_PRIVATE": '["127.0.0.0/8"]',
            "GUIDANG_FETCH__TOTAL_TIMEOUT": "5s",
            "GUIDANG_CORPORA": "/somewhere",
        },
    )
    assert config.database.url == "postgresql+psycopg://me@host/db"
    assert config.fetch.allow_private == (ip_network("127.0.0.0/8"),)
    assert config.fetch.total_timeout == timedelta(seconds=5)
    assert config.fetch.per_host == 3


def test_an_unknown_environment_variable_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="environment GUIDANG_FETCH__PROXXY: .*proxy"):
        load_config(write(tmp_path, ""), environment={"GUIDANG_FETCH__PROXXY": "x"})


def test_relative_paths_are_relative_to_the_configuration_file(tmp_path: Path) -> None:
    config, _ = load_config(write(tmp_path, ""), environment={})
    assert config.archive.path == tmp_path / "source/_posts"
    assert config.database.url == f"sqlite:///{tmp_path}/guidang.db"


@pytest.mark.parametrize("name", ["a?b", "a%20b", "博 客", "a#b"])
def test_the_folder_can_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    config, _ = load_config(write(folder, ""), environment={})
    database = Database(config.database.url)
    database.upgrade()
    database.dispose()
    assert (folder / "guidang.db").is_file()
    assert database.name == f"sqlite:///{folder}/guidang.db"


def test_the_file_is_searched_for_in_the_documented_order(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        with pytest.raises(ConfigError, match="guidang init"):
            load_config(environment={})
        here = write(tmp_path, "")
        assert load_config(environment={})[1] == here
    (tmp_path / "other").mkdir()
    other = write(tmp_path / "other", "")
    assert load_config(environment={"GUIDANG_CONFIG": str(other)})[1] == other
    assert load_config(here, environment={"GUIDANG_CONFIG": str(other)})[1] == here


@pytest.mark.parametrize(
    "template",
    [
        *("{feed}/{title}.md", "../{id}.md", "/{id}.md", "{feed}//{id}.md", "{id}"),
        *("{author}/{id}.md", f"{'字' * 41}/{{id}}.md", f"{{title}}{'x' * 118}{{id}}.md"),
    ],
)
def test_a_template_that_could_lose_or_misplace_records_is_refused(
    tmp_path: Path, template: str
) -> None:
    with pytest.raises(ConfigError, match="template"):
        load_config(write(tmp_path, f'[archive]\ntemplate = "{template}"\n'), environment={})


def test_a_file_that_is_no_toml_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not TOML.*line 1"):
        load_config(write(tmp_path, "url: x"), environment={})


@pytest.mark.parametrize("table", ["git", "archive.front_matter"])
def test_a_table_that_is_there_twice_is_named(tmp_path: Path, table: str) -> None:
    with pytest.raises(ConfigError, match=rf"not TOML: \[{table}\] is there twice; put all"):
        load_config(write(tmp_path, f"[{table}]\n[log]\n[{table}]\n"), environment={})


def test_a_feed_named_twice_is_refused(tmp_path: Path) -> None:
    text = '[[feeds]]\nurl = "https://a.example.cn/x"\n' * 2
    with pytest.raises(ConfigError, match="twice"):
        load_config(write(tmp_path, text), environment={})


def test_secrets_are_read_from_systemd_credentials(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[rsshub]\naccess_key = "in the file"\n')
    secrets = tmp_path / "credentials"
    secrets.mkdir()
    (secrets / "rsshub.access_key").write_text("SECRET\n")
    (secrets / "fetch.proxy").write_text("http://me:pw@127.0.0.1:7890")
    environment = {"CREDENTIALS_DIRECTORY": str(secrets)}
    config, _ = load_config(file, environment=environment)
    assert config.rsshub.access_key == "SECRET"
    assert config.fetch.proxy == "http://me:pw@127.0.0.1:7890"


def test_a_credential_that_is_no_setting_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("")
    (tmp_path / "rsshub.acess_key").write_text("SECRET")
    with pytest.raises(ConfigError, match="did you mean access_key") as caught:
        load_config(file, environment={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert "SECRET" not in str(caught.value)


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    program = new_program(tmp_path)
    (tmp_path / "config.toml").chmod(0)
    result = program.run("status", powerless=True)
    assert (result.code, "config.toml" in result.err) == (2, True), result


def test_an_unreadable_folder_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir()
    new_program(folder)
    folder.chmod(0)
    program = Program(tmp_path, env={"GUIDANG_CONFIG": str(folder / "config.toml")})
    result = program.run("status", powerless=True)
    folder.chmod(0o700)
    assert (result.code, "the user that runs guidang has no permission" in result.err) == (
        2,
        True,
    ), result


@pytest.mark.parametrize(
    "line",
    [
        *(f'[fetch]\nproxy = "{proxy}"' for proxy in ("http://a b", "http://[", "socks5://a:b")),
        *(f'[web]\nlisten = "{listen}"' for listen in ("8710", "127.0.0.1:99999", "::1:8710")),
    ],
)
def test_an_invalid_address_is_reported(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match="write"):
        load_config(write(tmp_path, line), environment={})
