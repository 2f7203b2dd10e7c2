"""Who may read what the tracker keeps: its owner alone, whatever was there before."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.builders import no_network
from tracker.app.tracker import open_tracker
from tracker.files.user_files import create_private_file, restrict_permissions
from tracker.settings import Settings, load_settings, replay_settings, write_setting


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Files are born readable by everybody, as on most machines."""
    former = os.umask(0o022)
    yield
    os.umask(former)


def rights(path: Path) -> int:
    """The nine bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def use(settings: Settings) -> dict[str, int]:
    """The rights of all files of an installation that is at work."""
    with open_tracker(settings, fetch=no_network) as tracker, tracker.system.lead():
        tracker.questions.list()
        return {path.name: rights(path) for path in settings.data_dir.iterdir()}


def told(logs: list[dict[str, object]]) -> list[object]:
    """What the log says was tightened."""
    return [line["paths"] for line in logs if line["event"] == "rights.tightened"]


@pytest.mark.parametrize("name", ["tracker.sqlite", "replay.sqlite"])
def test_new_files_are_for_their_owner_alone(tmp_path: Path, name: str) -> None:
    settings = Settings(data_dir=tmp_path / "above" / "data")
    with capture_logs() as logs:
        modes = use(replay_settings(settings) if name.startswith("replay") else settings)
    assert modes == dict.fromkeys((name, f"{name}-wal", f"{name}-shm", f"{name}.scheduler"), 0o600)
    assert rights(settings.data_dir) == 0o700
    assert told(logs) == []


def test_files_that_others_could_read_are_tightened_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    use(settings)
    settings.data_dir.chmod(0o2755)
    settings.file.write_text('me = "ada"\n', "utf-8")
    (settings.data_dir / "tracker.sqlite").chmod(0o664)
    with capture_logs() as logs:
        use(settings)
        use(settings)
    assert told(logs) == [
        [str(settings.data_dir), str(settings.file), str(settings.data_dir / "tracker.sqlite")]
    ]
    assert rights(settings.data_dir) == 0o2700
    assert rights(settings.file) == rights(settings.data_dir / "tracker.sqlite") == 0o600


def test_a_settings_file_is_tightened_without_a_sqlite_database(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "tracker.toml").write_text('database_url = "postgresql://u:secret@h/d"\n', "utf-8")
    restrict_permissions(tmp_path / "tracker.toml", "postgresql://u:secret@h/d")
    assert (rights(tmp_path), rights(tmp_path / "tracker.toml")) == (0o700, 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["tracker.toml"]


@pytest.mark.parametrize("place", ["working directory", "above it", "home", "shared"])
def test_a_directory_that_serves_others_too_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "below").mkdir()
    tmp_path.chmod(0o1755 if place == "shared" else 0o755)
    if place == "home":
        monkeypatch.setenv("HOME", str(tmp_path))
    elif place != "shared":
        monkeypatch.chdir(tmp_path / ("below" if place == "above it" else "."))
    (tmp_path / "tracker.sqlite").touch(0o644)
    restrict_permissions(tmp_path / "tracker.toml", f"sqlite:///{tmp_path}/tracker.sqlite")
    assert rights(tmp_path) & 0o777 == 0o755
    assert rights(tmp_path / "tracker.sqlite") == 0o600


def test_rights_that_cannot_be_changed_stop_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    use(settings)
    (settings.data_dir / "tracker.sqlite").chmod(0o644)

    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "chmod", refuse)
    with capture_logs() as logs:
        use(settings)
    assert told(logs) == []
    assert rights(settings.data_dir / "tracker.sqlite") == 0o644


def test_a_directory_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir(0o755)
    (data / "tracker.sqlite").touch(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: data.stat().st_uid + 1)
    restrict_permissions(data / "tracker.toml", f"sqlite:///{data}/tracker.sqlite")
    assert rights(data) == 0o755


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tracker.sqlite").mkdir(0o755)
    restrict_permissions(tmp_path / "tracker.toml", f"sqlite:///{tmp_path}/tracker.sqlite")
    assert rights(tmp_path / "tracker.sqlite") == 0o755
    path = tmp_path / "kept.sqlite"
    path.write_bytes(b"facts")
    create_private_file(path)
    assert path.read_bytes() == b"facts"
    create_private_file(tmp_path / "missing" / "tracker.sqlite")
    assert not (tmp_path / "missing").exists()


def test_a_setting_is_written_for_the_owner_alone(tmp_path: Path) -> None:
    write_setting(tmp_path, "me", "ada")
    assert rights(tmp_path / "tracker.toml") == 0o600
    (tmp_path / "tracker.toml").chmod(0o644)
    write_setting(tmp_path, "me", "grace")
    assert rights(tmp_path / "tracker.toml") == 0o600
    assert load_settings(tmp_path, {}).me == "grace"
    assert [path.name for path in tmp_path.iterdir()] == ["tracker.toml"]
