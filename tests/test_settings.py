"""Settings come from one file and the environment, are read once, and are checked."""

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.tables import check_rows
from tracker.errors import BadSettings
from tracker.settings import Settings, is_overridden, load_settings, write_setting


def write(directory: Path, text: str) -> Path:
    """A data directory with a settings file."""
    (directory / "tracker.toml").write_text(text, encoding="utf-8")
    return directory


def test_file_and_environment_give_the_settings(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.data_dir == tmp_path
    assert settings.url == f"sqlite:///{tmp_path}/tracker.sqlite"
    assert (settings.address, settings.port) == ("127.0.0.1", 8501)
    directory = write(tmp_path, 'me = "grace"\nrequest_budget = 2000\nlog_json = true\n')
    settings = load_settings(
        directory, {"TRACKER_ME": "ada", "TRACKER_PORT": "9000", "PATH": "/bin"}
    )
    assert (settings.me, settings.request_budget, settings.log_json, settings.port) == (
        "ada", 2000.0, True, 9000,
    )  # fmt: skip
    assert load_settings(None, {"TRACKER_DATA_DIR": str(tmp_path)}).data_dir == tmp_path
    assert load_settings(None, {}).data_dir == Path("data")
    assert load_settings(tmp_path, {"TRACKER_LOG_JSON": "yes"}).log_json is True
    assert load_settings(tmp_path, {"TRACKER_LOG_JSON": "off"}).log_json is False
    actual = Settings(contact="https://example.org/bot").user_agent
    assert actual == "scenario-tracker/0.1 (+https://example.org/bot)"
    assert Settings().user_agent == "scenario-tracker/0.1"


@check_rows(
    [
        ("pol_minutes = 3", "unknown setting 'pol_minutes'; known: address"),
        ('data_dir = "/elsewhere"', "unknown setting 'data_dir'"),
        ('port = "many"', "'port' must be a whole number, not 'many'"),
        ("port = true", "'port' must be a whole number"),
        ('log_json = "perhaps"', "'log_json' must be true or false"),
        ("port = 0", "'port' must lie between 1 and 65535"),
        ("request_budget = -1", "'request_budget' must lie between 0 and"),
        ("poll_minutes = 30", "unknown setting 'poll_minutes'"),
        ('me = "suggestion"', "no reserved name"),
        ('me = "Ada Lovelace"', "use lower-case letters"),
        ('log_level = "loud"', "'log_level' must be debug, info, warning or error"),
        ("me = ", "is not valid TOML"),
        ("me = [1]", "'me' must be a text, not \\[1\\]"),
        ("private_feeds = true", "'private_feeds' must be a text, not True"),
        (f"me.{'a.' * 4_000}b = 1", "'me' must be a text"),
        (f"me = {'[' * 30_000}", "nested too deeply"),
        (f"port = {'9' * 5_000}", "is not valid TOML: Exceeds the limit"),
        (
            f"request_budget = 1{'0' * 400}",
            "'request_budget' must be a number, not 10+\\.\\.\\.0+$",
        ),
        (f"# {'x' * 65_536}", "larger than 64 kB"),
        (
            'allowed_hosts = "http://example.org"',
            "'allowed_hosts': 'http://example.org' is no host name",
        ),
        (
            'public_url = "example.org"',
            "'public_url' is 'example.org': write scheme, host and port",
        ),
    ],
    "text",
    "message",
)
def test_a_bad_setting_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSettings, match=message):
        load_settings(write(tmp_path, text), {})


@pytest.mark.parametrize("kind", ["directory", "pipe", "endless", "bytes"])
def test_what_is_no_settings_file_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "tracker.toml"
    match kind:
        case "directory":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(b'me = "\xff"')
    for act in (lambda: load_settings(tmp_path, {}), lambda: write_setting(tmp_path, "me", "ada")):
        with pytest.raises(BadSettings) as refused:
            act()
        reason = str(refused.value)
        assert str(path) in reason
        assert len(reason.splitlines()) == 1
        assert ("UTF-8" if kind == "bytes" else "not a regular file") in reason


def test_a_settings_file_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    write(tmp_path, "")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadSettings, match=r"tracker.toml cannot be read: Permission denied$"):
        load_settings(tmp_path, {})


def test_allowed_hosts_come_from_file_and_environment(tmp_path: Path) -> None:
    assert not load_settings(tmp_path, {}).has_public_names
    assert not load_settings(tmp_path, {"TRACKER_ALLOWED_HOSTS": " , "}).has_public_names
    directory = write(tmp_path, 'allowed_hosts = "a.example"\n')
    assert load_settings(directory, {}).access_policy.accepts_host("a.example")
    from_environment = load_settings(directory, {"TRACKER_ALLOWED_HOSTS": "b.example"})
    assert from_environment.has_public_names
    assert not from_environment.access_policy.accepts_host("a.example")
    assert from_environment.access_policy.accepts_host("b.example:8501")
    assert load_settings(tmp_path, {"TRACKER_PUBLIC_URL": "https://c.example"}).has_public_names


def test_the_login_name_acts_unless_it_is_reserved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "Grace Hopper")
    assert load_settings(tmp_path, {}).me == "grace-hopper"
    monkeypatch.setattr("getpass.getuser", lambda: "crowd")
    assert load_settings(tmp_path, {}).me == "analyst"

    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert load_settings(tmp_path, {}).me == "analyst"


def test_a_setting_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret\n", encoding="utf-8")
    settings = load_settings(tmp_path, {"TRACKER_MODEL_KEY_FILE": str(key)})
    assert settings.model_key == "s3cret"
    assert is_overridden("model_key", {"TRACKER_MODEL_KEY_FILE": str(key)})
    (tmp_path / "empty").touch()
    for environ, reason in (
        ({"TRACKER_PORT_FILE": str(key)}, "'port' must be a whole number"),
        ({"TRACKER_ME_FILE": str(tmp_path / "no")}, "names .*/no, which is missing or empty"),
        ({"TRACKER_ME_FILE": str(tmp_path / "empty")}, "which is missing or empty"),
        ({"TRACKER_ME_FILE": str(tmp_path)}, "is not a regular file"),
        ({"TRACKER_ME_FILE": str(key), "TRACKER_ME": "ada"}, "both set: keep one"),
    ):
        with pytest.raises(BadSettings, match=reason):
            load_settings(tmp_path, environ)


@check_rows(
    [
        ("p@ss:w/rd%", "postgresql+psycopg://ada@db/x", "postgresql+psycopg://ada:p%40ss%3Aw%2Frd%25@db/x"),
        ("", "postgresql+psycopg://ada@db/x", "postgresql+psycopg://ada@db/x"),
        ("", "postgresql+psycopg://ada:own@db/x", "postgresql+psycopg://ada:own@db/x"),
    ],
    "password",
    "address",
    "expected",
)  # fmt: skip
def test_a_password_enters_the_database_address(
    tmp_path: Path, password: str, address: str, expected: str
) -> None:
    environ = {"TRACKER_DATABASE_URL": address, "TRACKER_DATABASE_PASSWORD": password}
    settings = load_settings(tmp_path, environ)
    assert settings.url == expected
    assert make_url(expected).password == (password or make_url(address).password)
    assert "p@ss" not in repr(settings)


@check_rows(["", "sqlite:///x", "postgresql+psycopg://db/x", "postgresql+psycopg://a:b@db/x"])
def test_a_password_without_its_place_is_refused(address: str) -> None:
    environ = {"TRACKER_DATABASE_URL": address, "TRACKER_DATABASE_PASSWORD": "s3cret"}
    with pytest.raises(BadSettings, match="'database_password' is set") as refused:
        load_settings(None, environ)
    assert "s3cret" not in str(refused.value)
