"""Question sets on the command line: checked, loaded, written, and never written over."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from forecasts.question_sets.question_set import OPTIONAL_SET_FILES, SET_FILES, read_question_set
from forecasts.questions.question import QuestionId
from tests.builders import a_set
from tests.forecasts.small_set import EVERY_KIND, TEXTS, changed
from tests.test_cli import Shell
from tracker.app import question_set_files
from tracker.errors import Refused
from tracker.settings import Settings

OVERRIDE = 'override = "A set for tests."\n'


def folder_of(directory: Path, texts: dict[str, str]) -> Path:
    """A set on disk."""
    directory.mkdir()
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


@pytest.fixture
def shell(
    on_sqlite: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_sets_that_come_with_the_tracker_are_listed_by_name(shell: Shell) -> None:
    assert question_set_files.DEFAULT_SET in question_set_files.list_built_in_sets()
    assert question_set_files.DEFAULT_SET in shell("question", "sets")
    (found,) = (
        row
        for row in shell.json("question", "sets")
        if row["name"] == question_set_files.DEFAULT_SET
    )
    read = question_set_files.load_question_set(question_set_files.DEFAULT_SET)
    assert (found["questions"], found["title"]) == (len(read.questions), read.essay.title)


def test_a_set_is_checked_and_nothing_is_loaded(shell: Shell, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "mine", EVERY_KIND)
    out = shell("question", "check-set", str(folder))
    assert (
        "is sound: 6 questions (2 binary, 1 categorical, 1 ordered, 1 numeric, 1 date)"
        in " ".join(out.split())
    )
    assert "Tests of claims" not in out
    grid = " ".join(shell("question", "check-set", "grid_storage_2026").split())
    assert "Tests of claims: 17; none could hardly fail or succeed." in grid
    found = shell.json("question", "check-set", str(folder))
    assert (found["tests"]["total"], found["tests"]["hardly_fail"]) == (0, 0)
    assert (found["claims"], found["links"], found["scenarios"], found["blocked"]) == (1, 2, 1, [])
    assert set(found["overrides"]) == {
        "neutral",
        "treaty",
        "capital",
        "trade-level",
        "trade",
        "visit",
    }
    assert shell.json("question", "list") == []


def test_findings_of_the_linter_are_told_and_blocking_ones_fail_without_an_override(
    shell: Shell, tmp_path: Path
) -> None:
    vague = changed("questions.toml", "No treaty", "No significant treaty")
    folder = folder_of(tmp_path / "mine", vague)
    assert "significant" in shell("question", "check-set", str(folder))
    assert "overridden" in shell("question", "check-set", str(folder))
    bare = folder_of(tmp_path / "bare", changed("questions.toml", OVERRIDE, "", vague))
    assert "can be read: 2 questions" in shell("question", "check-set", str(bare), code=2)
    assert "neutral: mend the blocking flaws, or say in 'override' why" in " ".join(
        shell.error.split()
    )
    assert json.loads(shell("question", "check-set", str(bare), "--json", code=2))["blocked"] == [
        "neutral"
    ]
    assert "could not resolve neutral" in shell.refused("question", "import-set", str(bare))


def test_flaws_are_those_of_the_day_on_which_a_question_opened(tmp_path: Path) -> None:
    read = read_question_set(TEXTS)
    later = question_set_files.lint_question_set(
        read, 0.0, read.questions[0].closes_at.replace(year=2030)
    )
    assert "already-settled" not in {flaw.code for flaws in later.values() for flaw in flaws}
    assert set(question_set_files.list_blocked_questions(read, later)) <= set(later)


def test_a_set_that_cannot_be_read_is_refused_with_file_line_and_reason(
    shell: Shell, tmp_path: Path
) -> None:
    folder = folder_of(
        tmp_path / "mine", changed("links.toml", '"negates"', '"denies"', EVERY_KIND)
    )
    for verb in ("check-set", "import-set"):
        assert "links.toml:4: kind is 'denies'" in shell.refused("question", verb, str(folder))
    assert "there is no question set nowhere" in shell.refused("question", "check-set", "nowhere")


def test_a_set_is_loaded_once_and_written_as_a_set_again(shell: Shell, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "mine", EVERY_KIND)
    assert "Loaded “An essay”: 6 new questions, 1 new feeds." in shell(
        "question", "import-set", str(folder)
    )
    assert shell.json("question", "import-set", str(folder))["questions"] == 0
    out = tmp_path / "deep" / "out"
    assert "6 questions in" in " ".join(
        shell("question", "export-set", "an-essay", str(out)).split()
    )
    before, after = (
        question_set_files.load_question_set(str(folder)),
        question_set_files.load_question_set(str(out)),
    )
    assert {q.id: q for q in after.questions} == {q.id: q for q in before.questions}
    assert set(after.indicators) == set(before.indicators)
    assert (after.essay, after.claims, after.feeds) == (before.essay, before.claims, before.feeds)
    assert (set(after.links), after.scenarios) == (set(before.links), before.scenarios)
    assert dict(after.overrides).keys() <= dict(before.overrides).keys()
    assert not list(tmp_path.joinpath("deep").glob(".*"))


def test_an_essay_that_is_not_there_is_refused_and_nothing_is_written(
    shell: Shell, tmp_path: Path
) -> None:
    assert "there is no essay nothing" in shell.refused(
        "question", "export-set", "nothing", str(tmp_path / "out")
    )
    assert not (tmp_path / "out").exists()


SMALL = read_question_set(EVERY_KIND)


def test_a_folder_with_files_is_not_written_over_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "links.toml").write_text("# mine", encoding="utf-8")
    with pytest.raises(Refused, match="out has files already: name another folder, or use --force"):
        question_set_files.save_question_set(SMALL, out)
    assert files_of(out) == {"links.toml": "# mine"}
    bare = read_question_set(
        {name: text for name, text in TEXTS.items() if name not in OPTIONAL_SET_FILES}
    )
    written = question_set_files.save_question_set(bare, out, force=True)
    assert set(files_of(out)) == set(written) == set(SET_FILES) - set(OPTIONAL_SET_FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    question_set_files.save_question_set(SMALL, tmp_path / "out")
    assert question_set_files.load_question_set(str(tmp_path / "out")) == SMALL


def test_files_that_belong_to_no_set_are_never_taken_away(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(Refused, match=r"holds thesis\.txt, which belongs to no question set"):
        question_set_files.save_question_set(SMALL, tmp_path, force=True)
    assert files_of(tmp_path) == {"thesis.txt": "years of work"}


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="out is a file: name a folder"):
        question_set_files.save_question_set(SMALL, tmp_path / "out", force=True)


def test_what_goes_wrong_half_way_leaves_the_old_set_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    question_set_files.save_question_set(SMALL, out)
    before, rename = files_of(out), Path.rename

    def broken(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(Refused, match="cannot be written: No space left on device"):
        question_set_files.save_question_set(read_question_set(TEXTS), out, force=True)
    assert files_of(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_set_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    made = a_set()
    broken = replace(
        made, questions=(replace(made.questions[0], id=QuestionId("Not A Name")),), indicators=()
    )
    with pytest.raises(
        Refused, match="could not be read again as a question set: id 'Not A Name' may hold only"
    ):
        question_set_files.save_question_set(broken, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_built_in_set_is_loaded_by_its_name(shell: Shell) -> None:
    read = question_set_files.load_question_set("grid_storage_2026")
    assert f"{len(read.questions)} new questions" in shell(
        "question", "import-set", "grid_storage_2026"
    )
