"""The Dockerfile is read, not built: no engine is needed to see that everything it names exists."""

import fnmatch
import json
import re
import shlex
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import click

from tests.checkouts import ROOT

SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]


@dataclass(frozen=True, slots=True)
class Instruction:
    word: str
    text: str

    @property
    def options(self) -> list[str]:
        return re.findall(r"--[\w-]+=\S+", self.text.split("CMD")[0])

    @property
    def words(self) -> list[str]:
        """The arguments, options left out, in either way of writing."""
        text = self.text
        for option in self.options:
            text = text.replace(option, "", 1)
        text = text.strip()
        return json.loads(text) if text.startswith("[") else shlex.split(text)


def read_dockerfile() -> list[Instruction]:
    lines = [
        line
        for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [Instruction(*line.split(None, 1)) for line in whole.splitlines() if line.strip()]


INSTRUCTIONS = read_dockerfile()


def all_of(word: str) -> list[Instruction]:
    return [each for each in INSTRUCTIONS if each.word == word]


def last_stage() -> list[Instruction]:
    start = max(number for number, each in enumerate(INSTRUCTIONS) if each.word == "FROM")
    return INSTRUCTIONS[start:]


def copied_from_checkout() -> list[str]:
    copies = [
        each
        for each in all_of("COPY")
        if not any(option.startswith("--from=") for option in each.options)
    ]
    return [source for each in copies for source in each.words[:-1]]


def kept_by_dockerignore(path: str) -> bool:
    """As the builder reads it: the last line that matches the path or a folder above it decides."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and matches(path, pattern.removeprefix("!")):
            kept = pattern.startswith("!")
    return kept


def matches(path: str, pattern: str) -> bool:
    """Without `**/` a pattern stands for whole paths from the top; `*` stays within one name."""
    names = PurePosixPath(path).parts
    heads = [names[: end + 1] for end in range(len(names))]
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(head[-1], pattern[3:]) for head in heads)
    wanted = pattern.split("/")
    return any(
        len(head) == len(wanted) and all(map(fnmatch.fnmatch, head, wanted)) for head in heads
    )


def test_what_is_copied_is_in_the_checkout_and_in_git() -> None:
    sources = copied_from_checkout()
    assert {"pyproject.toml", "requirements.lock", "forecasts", "tracker", "dashboard"} <= set(
        sources
    )
    for source in sources:
        assert (ROOT / source).exists(), source
        assert kept_by_dockerignore(source), source
    answer = subprocess.run(
        ["git", "check-ignore", *copied_from_checkout()], cwd=ROOT, capture_output=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (1, b"")  # 1: none of them is


def test_programs_come_from_the_environment_that_was_made() -> None:
    installs = [each.words for each in all_of("RUN") if each.words[0].endswith("/pip")]
    from_lock, of_project = installs
    assert "--require-hashes" in from_lock
    assert from_lock[from_lock.index("-r") + 1] in copied_from_checkout()
    assert {"--no-deps", "--no-build-isolation"} <= set(of_project)
    [made] = [
        each.words[-1] for each in all_of("RUN") if each.words[:3] == ["python", "-m", "venv"]
    ]
    *_, slimmed = [each.words for each in all_of("RUN")][:-1]
    assert slimmed == [f"{made}/bin/python", "slim.py"], "slimmed when all is installed"
    [kept] = [each for each in last_stage() if each.word == "COPY"]
    assert kept.words == [made, made]
    assert any(
        each.word == "ENV" and f"PATH={made}/bin:$PATH" in each.words for each in last_stage()
    )
    for install in installs:
        assert install[0] == f"{made}/bin/pip"
        assert "--no-compile" in install
    names = {each.words[2] for each in all_of("FROM") if "AS" in each.words}
    used = {
        option.split("=")[1]
        for each in all_of("COPY")
        for option in each.options
        if "--from=" in option
    }
    assert used <= names
    assert {each.words[0] for each in all_of("FROM")} == {"${BASE}"}


def test_the_base_is_pinned_by_its_digest() -> None:
    [base] = all_of("ARG")
    found = re.fullmatch(r"BASE=python:3\.(\d+)-slim@sha256:[0-9a-f]{64}", base.text.strip())
    assert found
    assert int(found[1]) >= 11


def test_the_user_is_not_root_and_owns_the_volume() -> None:
    [user] = [each.words[0] for each in last_stage() if each.word == "USER"]
    [volume] = [each.words[0] for each in last_stage() if each.word == "VOLUME"]
    [prepare] = [each.text for each in last_stage() if each.word == "RUN"]
    assert user not in ("root", "0")
    assert re.search(rf"useradd .*{user}\b", prepare)
    assert re.search(rf"install --directory --owner {user} --mode 0700 .*{volume}\b", prepare)


def test_the_command_and_its_flags_are_known() -> None:
    from tracker.interfaces.cli.main import cli

    [command] = [each.words for each in last_stage() if each.word == "CMD"]
    assert command[0] in SCRIPTS
    given = known_flags(cli, command[1:])
    assert given["data"] == ["/data"]
    assert given["verb"] == ["up"]
    [port] = [each.words[0] for each in last_stage() if each.word == "EXPOSE"]
    assert given["port"] == [port]


def known_flags(group: click.Group, words: list[str]) -> dict[str, list[str]]:
    """Options by name as click reads them; click refuses what it does not know."""
    context = click.Context(group)
    values, rest, _ = group.make_parser(context).parse_args(list(words))
    _, verb, arguments = group.resolve_command(context, rest)
    assert verb is not None, f"no command {rest[0]}"
    more, left, _ = verb.make_parser(click.Context(verb, parent=context)).parse_args(arguments)
    assert left == []
    return {name: [str(value)] for name, value in {**values, **more}.items()} | {"verb": [rest[0]]}


def test_the_image_answers_to_loopback_names_unless_told_otherwise() -> None:
    from tracker.model.bind_address import check_address
    from tracker.settings import load_settings

    environment = dict(
        word.split("=", 1) for each in last_stage() if each.word == "ENV" for word in each.words
    )
    [command] = [each.words for each in last_stage() if each.word == "CMD"]
    settings = load_settings(None, environment)
    check_address(command[command.index("--address") + 1], named=settings.has_public_names)
    assert all(map(settings.access_policy.accepts_host, ("127.0.0.1:8501", "localhost:8501")))
    assert not settings.access_policy.accepts_host("evil.example:8501")
    told = next(
        line
        for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
        if "-e TRACKER_ALLOWED" in line
    )
    [given] = re.findall(r"-e TRACKER_ALLOWED_HOSTS=(\S+)", told)
    assert load_settings(None, {"TRACKER_ALLOWED_HOSTS": given}).access_policy.accepts_host(given)


def test_the_health_check_asks_an_address_that_the_dashboard_serves() -> None:
    [check] = all_of("HEALTHCHECK")
    program = json.loads(check.text.split("CMD", 1)[1])
    assert program[:2] == ["python", "-c"]
    compile(program[2], "health check", "exec")
    [address] = re.findall(r"http://[^\s'\"]+", program[2])
    [port] = [each.words[0] for each in all_of("EXPOSE")]
    assert urlsplit(address).netloc == f"127.0.0.1:{port}"
    assert f'"{urlsplit(address).path}"' in (ROOT / "dashboard" / "server" / "assets.py").read_text(
        "utf-8"
    )
