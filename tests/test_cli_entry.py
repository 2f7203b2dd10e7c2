"""How the command line starts: what it lists, completes and imports before a command is chosen."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import NOW, FakeClock, a_question, a_set, no_network
from tracker.app.tracker import open_tracker
from tracker.interfaces.cli import main as cli
from tracker.interfaces.cli.main import COMMANDS
from tracker.settings import Settings

HEAVY = {
    "aiohttp", "altair", "apscheduler", "feedparser", "lxml", "numpy", "pandas", "polars", "pyarrow", "rich", "scipy",
    "sqlalchemy", "sqlmodel", "streamlit", "structlog", "trafilatura",
}  # fmt: skip
UNUSED = {
    *(HEAVY - {"numpy", "rich", "sqlalchemy", "sqlmodel", "structlog"}), "forecasts.essays.draft", "forecasts.linting.lint",
    "tracker.essays.essay_pages", "tracker.matching.story_index", "tracker.questions.scenarios.coherence_repairs",
}  # fmt: skip
"""What a list of questions can do without."""

OWN = {
    "tracker",
    "tracker.interfaces",
    "tracker.interfaces.cli",
    "tracker.interfaces.cli.main",
    "tracker.errors",
    "tracker.interfaces.cli.commands",
    "tracker.interfaces.cli.commands.entry",
}


def imported(*argv: str, **environment: str) -> set[str]:
    """The modules that are loaded when a command line ends."""
    code = (
        "import sys\n"
        "from tracker.interfaces.cli.main import main\n"
        f"sys.argv = {['tracker', *argv]!r}\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, sep='\\n', file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout
    return set(done.stderr.splitlines())


def completions(*words: str) -> list[str]:
    """The values that the shell offers for the last word."""
    completer = ShellComplete(cli.cli, {}, "tracker", "_TRACKER_COMPLETE")
    return [item.value for item in completer.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_no_command(option: str) -> None:
    loaded = imported(option)
    assert not loaded & HEAVY
    assert {name for name in loaded if name.split(".")[0] == "tracker"} == OWN


def test_completing_the_name_of_a_command_imports_none() -> None:
    loaded = imported(_TRACKER_COMPLETE="bash_complete", COMP_WORDS="tracker q", COMP_CWORD="1")
    assert {name for name in loaded if name.split(".")[0] == "tracker"} == OWN


def test_help_of_a_group_imports_its_commands_alone() -> None:
    loaded = {
        name
        for name in imported("essay", "--help")
        if name.startswith("tracker.interfaces.cli.commands.")
    }
    assert loaded == {
        "tracker.interfaces.cli.commands.entry",
        "tracker.interfaces.cli.commands.essays",
        "tracker.interfaces.cli.commands.terminal",
    }


def test_a_list_of_questions_imports_only_what_it_shows(tmp_path: Path) -> None:
    clock = FakeClock(NOW)
    with open_tracker(Settings(data_dir=tmp_path), now=clock, fetch=no_network) as tracker:
        tracker.question_sets.load(a_set(a_question("summit")))
        for who in ("ada", "ben"):  # two are pooled in log-odds, for which scipy has functions
            tracker.forecasts.submit("summit", Binary(0.4), forecaster=ForecasterId(who))
    loaded = imported("--data", str(tmp_path), "questions")
    assert "tracker.questions.queries.question_list" in loaded
    assert not loaded & UNUSED


def test_every_entry_agrees_with_its_command() -> None:
    context = click.Context(cli.cli)
    assert cli.cli.list_commands(context) == sorted(COMMANDS)
    for name, entry in COMMANDS.items():
        command = cli.cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help is not None
        assert entry.help == " ".join(command.help.split("\n\n")[0].split())


def test_near_names_are_proposed_for_an_unknown_command() -> None:
    assert cli.cli.get_command(click.Context(cli.cli), "questoins") is None
    with pytest.raises(click.UsageError) as refusal:
        cli.cli.main(["questoins"], standalone_mode=False)
    assert "Did you mean 'questions'?" in refusal.value.format_message()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_produced(shell: str, tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "tracker"
    environment = {**os.environ, "_TRACKER_COMPLETE": f"{shell}_source"}
    page = Path(__file__).parent.parent / "docs" / "commands.md"
    assert f"_TRACKER_COMPLETE={shell}_source tracker" in page.read_text(encoding="utf-8")
    done = subprocess.run(
        [command], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert f"_TRACKER_COMPLETE={shell}_complete" in done.stdout


def test_names_of_commands_and_their_options_are_completed() -> None:
    assert completions("ques") == ["questions"]
    assert completions("") == sorted(COMMANDS)
    assert completions("essay", "cl") == ["claims"]
    assert completions("questions", "--st") == ["--status"]
    assert completions("--rep") == ["--replay"]
