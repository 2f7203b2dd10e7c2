"""Every command of the tree is given what nobody should type: each call ends, and a refusal is one
line.
"""

import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click
import pytest

from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tests.builders import DAY, NOW, FakeClock, Press, a_question, a_set, no_network
from tests.command_reference import walk_commands
from tests.lives import an_asked
from tests.test_cli import Shell
from tracker.app.tracker import open_tracker
from tracker.interfaces import scheduler_process, supervisor
from tracker.interfaces.cli.commands import operations, terminal
from tracker.model.essays import NewEssay
from tracker.settings import Settings

SECONDS = 20
"""After so many a call counts as hanging; each takes a few hundredths."""

SERVERS = ("run", "up", "demo")
"""Commands that go on until they are stopped."""

NOT_UTF8 = os.fsdecode(b"caf\xe9")
TEXTS = (
    "", " ", "summit", "a\nb\x1b[2J\u2028\u202e", "x" * 70_000, "-1", "9" * 5_000, "99999999999999999999", "nan",
    "-1e999", "[" * 3_000, "0", "yes", "../../etc/passwd", "--", "%s{}", NOT_UTF8,
)  # fmt: skip

SENSIBLE = {
    "question": "summit", "questions": "pact", "indicator": "pact", "essay": "later",
    "feed": "wire", "url": "https://wire.invalid/rss", "source": "https://wire.invalid/a",
    "sources": "https://wire.invalid/a", "closes": "2027-12-31", "known_at": "2026-11-30", "terms": "treaty",
    "number": "1", "answer": "yes", "said": "50%", "speaks": "for", "examples": "A treaty is signed",
    "question_set": "grid_storage_2026", "table": "question", "at": "0",
    "essay name": "later", "essay essay_or_file": "later", "scenario name": "bound",
    "scenario question": "futures", "options question": "futures", "accuracy question": "answered",
    "essay file": "essay.txt", "feed file": "list.opml",
}  # fmt: skip
"""What stands in the other places of a call, so that it comes as far as the hostile value."""


LEAVES = [
    (tuple(context.command_path.split()[1:]), context.command)
    for context in walk_commands()
    if not isinstance(context.command, click.Group)
]
"""Every command that can be called, with the words that call it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with something for every command to work on, made once."""
    directory, clock, press = (
        tmp_path_factory.mktemp("world") / "data",
        FakeClock(NOW - 2 * DAY),
        Press(),
    )
    with open_tracker(
        Settings(data_dir=directory, me="ada"), now=clock, fetch=press.fetch
    ) as tracker:
        tracker.question_sets.load(a_set(a_question("summit"), a_question("answered")))
        told = {
            "opens_at": NOW - 2 * DAY,
            "closes_at": NOW + 90 * DAY,
            "resolves_at": NOW + 90 * DAY,
        }
        tracker.questions.ask(an_asked("pact", prior="30%", **told), override="a test")
        futures = {
            "kind": "categorical",
            "horizon_shape": "state_at",
            "options": ("East", "West"),
            **told,
        }
        tracker.questions.ask(an_asked("futures", **futures), override="a test")
        row = ScenarioLikelihoods(QuestionId("pact"), (0.9, 0.1), "")
        tracker.scenarios.add(
            ScenarioSet(QuestionId("futures"), "Futures", ("east", "west"), (row,), "")
        )
        tracker.links.add(
            Link(
                LinkId("bound"),
                "implies",
                (QuestionId("pact"), QuestionId("summit")),
                "Bound",
                (),
                "",
            )
        )
        tracker.essays.add(
            NewEssay("later", "Later", "Arland will sign the treaty by 2030.\n", "essay.txt")
        )
        press.publish("wire", "Arland invites Borland to a summit")
        tracker.feeds.poll()
        clock.advance(days=1)
        for question in ("summit", "pact", "answered"):
            tracker.forecasts.submit(question, "40%")
        tracker.resolutions.resolve(
            "answered", "yes", source_url="https://wire.invalid/a", known_at=clock.time
        )
    return directory


@pytest.fixture
def shell(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shell on a copy of it, without a network; nothing that would go on for ever can begin."""
    monkeypatch.setattr(
        terminal, "open_tracker", partial(open_tracker, now=FakeClock(NOW), fetch=no_network)
    )
    monkeypatch.setattr(scheduler_process, "run_scheduler", begins)
    monkeypatch.setattr(operations, "replay_with_progress", begins)
    monkeypatch.setattr(supervisor.Supervisor, "start_process", begins)
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.delenv("TRACKER_DEBUG", raising=False)
    return Shell(shutil.copytree(world, tmp_path / "data"), capsys, monkeypatch)


def begins(*_: object, **__: object) -> None:
    raise AssertionError("a server began with a hostile option")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Files that are not what a command hopes for; whatever is written to one stays in the folder
    of the test.
    """
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.chdir(folder)
    os.mkfifo(folder / "pipe")
    contents = {
        "deep.json": b"[" * 100_000,
        "deeper.json": b'{"cases": ' + b"[" * 400 + b"]" * 400 + b"}",
        "deep.toml": b"a = " + b"[" * 5_000 + b"]" * 5_000,
        "essay.txt": b"Arland will sign the treaty by 2031.",
        "list.opml": b'<opml><body><outline xmlUrl="https://wire.invalid/more"/></body></opml>',
        "digits.json": b'{"cases": [' + b"9" * 5_000 + b"]}",
        "binary.txt": random.Random(1).randbytes(5_000),
        "broken.jsonl.gz": b"\x1f\x8b" + random.Random(2).randbytes(500),
        "empty.txt": b"",
        "nul.txt": b"\0" * 5_000,
        "tags.html": b"<html>" + b"<div>" * 20_000,
        "a\nb.txt": b"\xff\xfe",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    made = [str(folder / name) for name in ("pipe", *contents)]
    devices = [
        "/dev/zero",
        "/dev/full",
        "/dev/null",
        "/proc/self/mem",
        str(folder),
        str(folder / "gone" / "far"),
    ]
    return (*made, *devices, "x" * 5_000, NOT_UTF8, "")


@contextmanager
def in_time() -> Iterator[None]:
    """End what waits for ever, as a failed test."""

    def stop(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"it did not end within {SECONDS} s")

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def calls(
    path: tuple[str, ...], command: click.Command, files: tuple[str, ...]
) -> Iterator[list[str]]:
    """Calls of a command in which one place after the other has a hostile value, and once every
    place.
    """
    draw = random.Random(" ".join(path))
    taking = [p for p in command.params if not (isinstance(p, click.Option) and p.is_flag)]
    for place in taking:
        odd = files if isinstance(place.type, click.Path) else (*TEXTS, *draw.sample(files, 2))
        for value in draw.sample(odd, 3 if place.required else 1):
            yield call(path, command, {place.name or "": value})
    yield [*path, draw.choice(TEXTS), *draw.sample(files, 2)]
    yield [*path, "--no-such-option\n"]


def call(path: tuple[str, ...], command: click.Command, given: dict[str, str]) -> list[str]:
    """A command line with these values, and sensible ones wherever one is required."""
    argv, behind = list(path), []
    for place in command.params:
        name = place.name or ""
        if name not in given and not place.required:
            continue
        value = given.get(name, sensible(path, place))
        if isinstance(place, click.Option):
            argv += [place.opts[-1], value]
        else:
            behind.append(value)
    return [*argv, "--", *behind] if behind else argv


def sensible(path: tuple[str, ...], place: click.Parameter) -> str:
    """What a person could write in a place."""
    if isinstance(place.type, click.Choice):
        return str(place.type.choices[0])
    names = [*(f"{word} {place.name}" for word in reversed(path)), place.name]
    by_name = next((SENSIBLE[name] for name in names if name in SENSIBLE), "treaty")
    return "digits.json" if isinstance(place.type, click.Path) and "." not in by_name else by_name


def check(shell: Shell, argv: list[str]) -> None:
    """A call ends with 0, 1 or 2; what it complains of is one line, which the usage of the command
    may precede.
    """
    shown = [word if len(word) < 100 else f"{word[:20]}…" for word in argv]
    with in_time():
        code = shell.exit_code(*argv)
    assert code in {0, 1, 2}, (shown, code)
    assert "Traceback" not in shell.out + shell.error, (shown, shell.error)
    assert "Error: unexpected " not in shell.error, (shown, shell.error)
    lines = [
        line for line in shell.error.splitlines() if line.strip()
    ]  # a bar of progress leaves an empty one
    if code == 2:
        assert lines[-1].startswith("Error: "), (shown, shell.error)
        assert len(lines) == 1, (shown, shell.error)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        pytest.param(path, command, id=" ".join(path))
        for path, command in LEAVES
        if path[-1] not in SERVERS
    ],
)
def test_no_command_stumbles_over_hostile_words(
    shell: Shell, files: tuple[str, ...], path: tuple[str, ...], command: click.Command
) -> None:
    for argv in calls(path, command, files):
        check(shell, argv)
    with open_tracker(Settings(data_dir=shell.directory)) as tracker:
        assert tracker.system.verify().bad_seq is None
        tracker.system.check_database()


@pytest.mark.parametrize(
    ("command", "option"),
    [("up", "--port"), ("up", "--address"), ("demo", "--port"), ("demo", "--until")],
)
def test_no_server_begins_with_hostile_options(
    shell: Shell, files: tuple[str, ...], command: str, option: str
) -> None:
    for value in TEXTS:
        if value not in {"", "--"}:  # these stand for the default, with which it would begin
            check(shell, [command, option, value] if option else [command, value])
            assert "Error: " in shell.error, value


def test_no_data_directory_is_stumbled_over(shell: Shell, files: tuple[str, ...]) -> None:
    for place in files:
        if place and len(place) < 1_000:
            check(shell, ["--data", place, "question", "list"])
            assert "Error: " in shell.error, place


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (
            ("question", "retract", NOT_UTF8, "--why", "a slip"),
            r"Error: the argument caf\udce9 is not UTF-8: type it again",
        ),
        (("essay", "claims", NOT_UTF8), "is not UTF-8"),
        (
            ("question", "show", "two\nlines\x1b[2J"),
            r"Error: there is no question two\nlines\x1b[2J: `tracker question list`",
        ),
        (("feed", "export", "gone/far.opml"), "cannot be written: No such file or directory"),
        (("feed", "export", "pipe"), "pipe cannot be written"),
        (("feed", "export", "/dev/full"), "cannot be written: No space left on device"),
        (("essay", "add", "pipe"), "pipe is no regular file"),
        (("essay", "add", "/dev/zero"), "/dev/zero is no regular file"),
        (("essay", "claims", "/dev/zero"), "/dev/zero is no regular file"),
        (("essay", "open", "later", "pipe"), "pipe is no regular file"),
        (("feed", "import", "/dev/zero"), "/dev/zero is no regular file"),
        (("report", "check", "/dev/zero"), "/dev/zero is no regular file"),
        (("system", "backtest", "pipe"), "pipe is no regular file"),
        (("question", "check-set", "x" * 5_000), "there is no question set xxx"),
        (
            ("evidence", "review", "99999999999999999999", "confirm"),
            "a number is too large to be kept",
        ),
    ],
)
def test_what_crashed_once_is_refused_with_its_reason(
    shell: Shell, files: tuple[str, ...], argv: tuple[str, ...], told: str
) -> None:
    check(shell, [*argv])
    assert told in shell.error
