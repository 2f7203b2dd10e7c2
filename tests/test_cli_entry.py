"""How the command line starts: what it lists, completes and imports before a command is chosen."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete, get_completion_class

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import NOW, FakeClock, a_question, a_set, no_network
from tests.command_reference import example_of, walk_commands
from tracker.app.tracker import open_tracker
from tracker.interfaces.cli import main
from tracker.interfaces.cli.command_table import COMMANDS
from tracker.interfaces.cli.commands.entry import LazyCommands
from tracker.settings import Settings

HEAVY = {
    "aiohttp", "altair", "apscheduler", "feedparser", "lxml", "numpy", "pandas", "pyarrow", "rich", "scipy",
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
    "tracker.interfaces.cli.command_table",
    "tracker.interfaces.cli.analyst_commands",
    "tracker.interfaces.cli.operator_commands",
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
    completer = ShellComplete(main.cli, {}, "tracker", "_TRACKER_COMPLETE")
    return [item.value for item in completer.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize("argv", [("--version",), ("question", "--help")])
def test_version_and_the_help_of_groups_import_no_command(argv: tuple[str, ...]) -> None:
    loaded = imported(*argv)
    assert not loaded & HEAVY
    assert {name for name in loaded if name.split(".")[0] == "tracker"} == OWN


def test_completing_the_name_of_a_command_imports_none() -> None:
    words = {"COMP_WORDS": "tracker question li", "COMP_CWORD": "2"}
    loaded = imported(_TRACKER_COMPLETE="bash_complete", **words)
    assert {name for name in loaded if name.split(".")[0] == "tracker"} == OWN


def test_a_command_imports_its_own_module_alone() -> None:
    loaded = {
        name
        for name in imported("essay", "map", "--help")
        if name.startswith("tracker.interfaces.cli.commands.")
    }
    assert loaded == {
        "tracker.interfaces.cli.commands.entry",
        "tracker.interfaces.cli.commands.essays",
        "tracker.interfaces.cli.commands.sharing",  # two options
        "tracker.interfaces.cli.commands.terminal",
    }


def test_a_list_of_questions_imports_only_what_it_shows(tmp_path: Path) -> None:
    clock = FakeClock(NOW)
    with open_tracker(Settings(data_dir=tmp_path), now=clock, fetch=no_network) as tracker:
        tracker.question_sets.load(a_set(a_question("summit")))
        for who in ("ada", "ben"):  # two are pooled in log-odds, for which scipy has functions
            tracker.forecasts.submit("summit", Binary(0.4), forecaster=ForecasterId(who))
    loaded = imported("--data", str(tmp_path), "question", "list")
    assert "tracker.questions.queries.question_list" in loaded
    assert sorted(loaded & UNUSED) == []


def test_every_entry_agrees_with_its_command() -> None:
    for context in walk_commands():
        if isinstance(context.command, LazyCommands):
            for name, stub in context.command.commands.items():
                _, command, _ = context.command.resolve_command(context, [name])
                assert command is not None
                assert stub.help == " ".join((command.help or "").split("\n\n")[0].split())


def test_the_top_has_few_entries_and_no_help_is_cut_short() -> None:
    assert len(COMMANDS) <= 17
    for context in walk_commands():
        if isinstance(context.command, click.Group):
            assert "..." not in context.get_help().split("Commands:")[1], context.command_path


def test_every_help_ends_with_an_example_that_is_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for context in walk_commands():
        check_example(context)


def check_example(context: click.Context) -> None:
    example = example_of(context)
    assert example.startswith(context.command_path)
    words = shlex.split(example)[1:]
    for word in words:
        if "." in word and "/" not in word and " " not in word:
            Path(word).touch()  # some commands look for their files first
    parsed = click.Context(main.cli, info_name="tracker")
    while isinstance(parsed.command, click.Group):
        name, command, words = parsed.command.resolve_command(parsed, words)
        assert command is not None
        parsed = command.make_context(name, words, parent=parsed)
    assert parsed.command_path.startswith(context.command_path), example


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["questoin"], "Did you mean 'question'?"),
        (["question", "shwo"], "Did you mean 'show'?"),
        (["remove"], "Did you mean 'essay remove' or 'notify remove'?"),
    ],
)
def test_near_names_are_proposed_for_an_unknown_command(typed: list[str], meant: str) -> None:
    with pytest.raises(click.UsageError) as refusal:
        main.cli.main(typed, standalone_mode=False)
    assert meant in refusal.value.format_message()


def test_a_group_alone_prints_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["tracker", "question"])
    with pytest.raises(SystemExit) as end:
        main.main()
    assert end.value.code == 2
    assert "  list  " in capsys.readouterr().err


def test_the_completion_script_is_produced(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "tracker"
    environment = {**os.environ, "_TRACKER_COMPLETE": "zsh_source"}
    done = subprocess.run(
        [command], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "_TRACKER_COMPLETE=zsh_complete" in done.stdout
    page = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
    for shell in ("bash", "zsh", "fish"):
        assert f"_TRACKER_COMPLETE={shell}_source tracker" in page
        assert get_completion_class(shell) is not None


def test_names_of_commands_and_their_options_are_completed() -> None:
    assert completions("ques") == ["question"]
    assert completions("") == list(COMMANDS)
    assert completions("essay", "cl") == ["claims"]
    assert completions("question", "list", "--st") == ["--status"]
    assert completions("--rep") == ["--replay"]
