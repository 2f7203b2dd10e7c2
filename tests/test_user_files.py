"""Files that a person names are read up to a size, and only where that cannot block."""

import gzip
import os
from pathlib import Path

import pytest

from tests.patience import patience
from tests.tables import check_rows
from tracker.errors import Refused
from tracker.files import user_files
from tracker.files import user_files as json_lines
from tracker.files.user_files import read_bytes, read_text
from tracker.interfaces.cli.commands.terminal import write_file
from tracker.replay.backtest import news_archive


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "essay.txt"
    file.write_bytes(b"x" * 1_000_001)
    assert len(read_bytes(file, 1_000_001)) == 1_000_001
    with pytest.raises(Refused, match=r"essay\.txt is larger than 1 MB: give a smaller file"):
        read_bytes(file, 1_000_000)


def test_a_huge_file_with_holes_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "holes"
    with file.open("wb") as opened:
        opened.truncate(1 << 40)
    with patience(), pytest.raises(Refused, match="is larger than 20 MB"):
        read_bytes(file)


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "/dev/null"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="is no regular file"):
        read_bytes(tmp_path / name)


@check_rows(
    [
        ("gone", "No such file"),
        ("folder", "Is a directory"),
        ("x" * 300, "too long"),
        ("/proc/self/mem", "error"),
    ],
    "name",
    "told",
)
def test_an_unreadable_file_is_refused_with_the_reason(
    tmp_path: Path, name: str, told: str
) -> None:
    (tmp_path / "folder").mkdir(exist_ok=True)
    with pytest.raises(Refused, match=f"cannot be read .*{told}"):
        read_bytes(tmp_path / name)


def test_text_is_utf8_with_simple_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "draft.toml"
    file.write_bytes("\ufeffé\r\nb\rc\n".encode())
    assert read_text(file) == "é\nb\nc\n"
    file.write_bytes(b"\xe9")
    with pytest.raises(Refused, match="is not UTF-8 text: save the file as UTF-8"):
        read_text(file)


def test_a_pipe_that_somebody_reads_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"feeds")
    assert os.read(reader, 100) == b"feeds"
    os.close(reader)
    with pytest.raises(Refused, match="cannot be written"):
        write_file(pipe, b"feeds")


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_LINE_CHARACTERS", 1_000)
    file = tmp_path / "items.jsonl"
    file.write_text("{}\n" + "x" * 1_001, encoding="utf-8")
    with pytest.raises(Refused, match=r"items\.jsonl:2 has more than 1,000 characters"):
        list(json_lines.read_lines(file))
    packed = tmp_path / "items.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\0" * 10_000_000))
    with pytest.raises(Refused, match="has more than 1,000 characters"):
        list(json_lines.read_lines(packed))


def test_a_captured_document_is_unpacked_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news_archive, "MAX_DOCUMENT_BYTES", 1_000_000)
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(b" " * 1_000_001))
    (tmp_path / "manifest.jsonl").write_text(
        '{"feed": "wire", "file": "a.xml.gz", "captured_at": "2022-06-01"}\n', encoding="utf-8"
    )
    with pytest.raises(Refused, match=r"a\.xml\.gz is larger than 1 MB"):
        news_archive.read_archive(tmp_path)


def test_values_and_names_beyond_all_limits_are_told(tmp_path: Path) -> None:
    deep: object = 0
    for _ in range(100_000):
        deep = [deep]
    assert json_lines.describe_value(deep) == "nested too deep"
    assert json_lines.describe_value([1]) == "[1]"
    while isinstance(deep, list):  # else freeing it would go as deep
        deep = deep.pop()
    assert user_files.is_directory(tmp_path)
    assert not user_files.is_directory(tmp_path / ("x" * 300))
