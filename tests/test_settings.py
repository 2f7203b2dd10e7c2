"""Settings come from one file and the environment, are read once, and are checked."""

from pathlib import Path

import pytest

from tracker.errors import BadSettings
from tracker.settings import Settings, load_settings


def write(directory: Path, text: str) -> Path:
    """A data directory with a settings file."""
    (directory / "tracker.toml").write_text(text, encoding="utf-8")
    return directory


def test_without_file_and_environment_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.data_dir == tmp_path
    assert settings.url == f"sqlite:///{tmp_path}/tracker.sqlite"
    assert (settings.address, settings.port) == ("127.0.0.1", 8501)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    directory = write(tmp_path, 'me = "grace"\nrequest_budget = 2000\nlog_json = true\n')
    settings = load_settings(directory, {"TRACKER_ME": "ada", "TRACKER_PORT": "9000", "PATH": "/bin"})
    assert (settings.me, settings.request_budget, settings.log_json, settings.port) == ("ada", 2000.0, True, 9000)


def test_the_data_directory_can_come_from_the_environment(tmp_path: Path) -> None:
    assert load_settings(None, {"TRACKER_DATA_DIR": str(tmp_path)}).data_dir == tmp_path
    assert load_settings(None, {}).data_dir == Path("data")


def test_truth_can_be_written_in_words(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"TRACKER_LOG_JSON": "yes"}).log_json is True
    assert load_settings(tmp_path, {"TRACKER_LOG_JSON": "off"}).log_json is False


def test_a_contact_stands_in_the_user_agent() -> None:
    assert Settings(contact="https://example.org/bot").user_agent == "scenario-tracker/0.1 (+https://example.org/bot)"
    assert Settings().user_agent == "scenario-tracker/0.1"


@pytest.mark.parametrize(
    ("text", "message"),
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
    ],
)
def test_a_bad_setting_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSettings, match=message):
        load_settings(write(tmp_path, text), {})


def test_who_types_here_is_the_login_name_unless_that_is_reserved(
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
