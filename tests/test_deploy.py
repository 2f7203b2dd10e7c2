"""The files in `deploy` and the compose files fit the tracker, and each other; and what they start
runs: their processes are started by hand, as a container engine would, against PostgreSQL.
"""

import configparser
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from sqlalchemy import make_url

from dashboard.__main__ import build_parser
from tests.checkouts import ROOT
from tests.test_dockerfile import SCRIPTS, all_of, known_flags, last_stage
from tests.test_running import free_port
from tracker.interfaces.cli.main import cli
from tracker.settings import load_settings

HOST = "forecast.example.org"
OURS = "scenario-tracker"
FILES = ("compose.yaml", "compose.postgres.yaml")


def read_compose(name: str) -> dict[str, Any]:
    """Read a compose file, with the variable that its user sets filled in."""
    text = (ROOT / name).read_text("utf-8")
    compose: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{TRACKER_HOST[^}]*\}", HOST, text))
    return compose


def list_services(name: str) -> dict[str, dict[str, Any]]:
    """Services of our image in a compose file."""
    services: dict[str, dict[str, Any]] = read_compose(name)["services"]
    return {key: each for key, each in services.items() if each["image"] == OURS}


def get_command(service: Mapping[str, Any]) -> list[str]:
    """Command of a service: its own, or that of the image."""
    (default,) = [each.words for each in last_stage() if each.word == "CMD"]
    return list(service.get("command", default))


@pytest.mark.parametrize("name", FILES)
def test_containers_may_do_no_more_than_they_must(name: str) -> None:
    for service in list_services(name).values():
        assert service["restart"] == "unless-stopped"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]
        assert service["mem_limit"]
        assert "data:/data" in service["volumes"]
        command = get_command(service)
        assert command[command.index("--data") + 1] == "/data"


@pytest.mark.parametrize("name", FILES)
def test_what_services_name_is_defined(name: str) -> None:
    compose = read_compose(name)
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists()
        assert set(service.get("secrets", ())) <= set(compose.get("secrets", ()))
        assert set(service.get("networks", ())) <= set(compose.get("networks", ()))
        assert set(service.get("depends_on", ())) <= set(compose["services"])
    for secret in compose.get("secrets", {}).values():
        ignored = subprocess.run(
            ["git", "check-ignore", "-q", secret["file"]], cwd=ROOT, check=False
        )
        assert ignored.returncode == 0, "a secret must not enter the repository"
        assert (
            secret["file"].removeprefix("./") in (ROOT / name).read_text("utf-8").split("\n\n")[0]
        )


@pytest.mark.parametrize("name", FILES)
def test_commands_and_variables_of_services_are_known(name: str) -> None:
    for service in list_services(name).values():
        command = get_command(service)
        if command[0] in SCRIPTS:
            _check_command(command[1:])
        else:
            assert command[:3] == ["python", "-m", "dashboard"]
            build_parser().parse_args(command[3:])
        for variable in service.get("environment", {}):
            assert load_settings(None, _without_files({variable: "1"})) is not None


def _check_command(arguments: list[str]) -> None:
    """Let click parse a command, which is not run."""
    context = click.Context(cli)
    _, words, _ = cli.make_parser(context).parse_args(arguments)
    group: click.Command = cli
    while isinstance(group, click.Group):
        _, found, words = group.resolve_command(context, words)
        assert found is not None
        context, group = click.Context(found, parent=context), found
    _, left, _ = group.make_parser(context).parse_args(words)
    assert left == []


def _without_files(variables: dict[str, str]) -> dict[str, str]:
    """Drop what is checked elsewhere: addresses, and files that are not there."""
    return {k: v for k, v in variables.items() if not k.endswith(("_FILE", "_URL", "_PROXIES"))}


def test_foreign_images_are_pinned_by_their_digests() -> None:
    for service in read_compose("compose.postgres.yaml")["services"].values():
        if service["image"] != OURS:
            assert re.fullmatch(r"\w+:[\w.-]+@sha256:[0-9a-f]{64}", service["image"])


def test_the_proxy_is_the_one_that_is_trusted() -> None:
    compose = read_compose("compose.postgres.yaml")
    caddy, dashboard = compose["services"]["caddy"], compose["services"]["dashboard"]
    address = caddy["networks"]["inside"]["ipv4_address"]
    settings = load_settings(
        None, {"TRACKER_TRUSTED_PROXIES": dashboard["environment"]["TRACKER_TRUSTED_PROXIES"]}
    )
    assert settings.proxy_trust.trusts(address)
    assert compose["networks"]["inside"]["internal"] is True
    assert set(compose["services"]["db"]["networks"]) == {"inside"}
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    command = get_command(dashboard)
    assert f"reverse_proxy dashboard:{command[command.index('--port') + 1]}" in caddyfile
    for header in (settings.proxy_trust.header, "remote-groups"):
        assert f"header_up -{header}" in caddyfile.lower()


def test_the_address_to_open_is_answered() -> None:
    environment = list_services("compose.postgres.yaml")["dashboard"]["environment"]
    settings = load_settings(None, {"TRACKER_PUBLIC_URL": environment["TRACKER_PUBLIC_URL"]})
    assert settings.access_policy.accepts_host(HOST)
    assert settings.base_url == f"https://{HOST}/"
    assert list_services("compose.yaml")["tracker"]["ports"] == ["127.0.0.1:8501:8501"]


def test_the_password_goes_where_the_database_expects_it(tmp_path: Path) -> None:
    compose = read_compose("compose.postgres.yaml")
    db = compose["services"]["db"]["environment"]
    environment = list_services("compose.postgres.yaml")["clock"]["environment"]
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    assert environment["TRACKER_DATABASE_PASSWORD_FILE"] == db["POSTGRES_PASSWORD_FILE"]
    settings = load_settings(None, {**environment, "TRACKER_DATABASE_PASSWORD_FILE": str(secret)})
    url = make_url(settings.url)
    assert (url.host, url.username, url.database, url.password) == (
        "db", db["POSTGRES_USER"], db["POSTGRES_DB"], "s3cret",
    )  # fmt: skip


def test_systemd_starts_and_watches_the_tracker(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(ROOT / "deploy" / "tracker.service")
    service = unit["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert program.endswith("/bin/tracker")
    given = known_flags(cli, arguments)
    assert given["verb"] == ["up"]
    assert given["data"] == [f"/var/lib/{service['StateDirectory']}"]
    assert "address" not in given, "this machine alone"
    assert (service["Type"], service["UMask"], service["RestartPreventExitStatus"]) == (
        "notify", "0077", "2",
    )  # fmt: skip
    from tracker.interfaces.supervisor import STOP_SECONDS, WATCHDOG_SECONDS

    assert int(service["WatchdogSec"]) >= 3 * WATCHDOG_SECONDS
    assert int(service["TimeoutStopSec"]) > STOP_SECONDS + 1


# What a container engine would start


@dataclass
class Stack:
    """The processes of `compose.postgres.yaml`, started by hand in a clean directory."""

    directory: Path
    url: str
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start every process of our image, with its command and environment."""
        for name, service in list_services("compose.postgres.yaml").items():
            for number in range(service.get("deploy", {}).get("replicas", 1)):
                self._start_process(f"{name}-{number + 1}", service)

    def _start_process(self, name: str, service: Mapping[str, Any]) -> None:
        replaced = {"/data": str(self.directory / "data"), "0.0.0.0": "127.0.0.1"}
        program, *words = [replaced.get(word, word) for word in get_command(service)]
        if "--port" in words:
            words[words.index("--port") + 1] = str(self.port)
        if program in SCRIPTS:
            words = ["-m", "tracker", *words]
        with (self.directory / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *words],
                cwd=self.directory / "home",
                env=self._make_environment(service["environment"]),
                stderr=log,
            )

    def _make_environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Environment of a service, where the paths and the database are those of the test."""
        url = make_url(self.url)
        secret = self.directory / "database_password"
        return {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG")},
            **given,
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.directory / "home"),
            "TRACKER_DATABASE_URL": url.set(username="postgres")
            .render_as_string(hide_password=False)
            .replace("postgres:@", "postgres@"),
            "TRACKER_DATABASE_PASSWORD_FILE": str(secret),
            "TRACKER_BACKUP_DIR": str(self.directory / "backups"),
            "TRACKER_ENCODER": "none",
        }

    def ask(self, path: str) -> tuple[int, str]:
        """Status and text of an answer of the dashboard; 0 while there is none."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Host": HOST}
        )
        with suppress(OSError), urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
        return 0, ""

    def wait_until_healthy(self) -> None:
        """Wait for the health check of the dashboard."""
        deadline = time.monotonic() + 120
        while self.ask("/healthz") != (200, "ok"):
            assert time.monotonic() < deadline, self.read_logs()
            time.sleep(0.2)

    def stop(self) -> dict[str, tuple[int, float]]:
        """Stop all at once as an engine does; exit code and seconds of each."""
        began = time.monotonic()
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {
            name: (process.wait(30), time.monotonic() - began)
            for name, process in self.processes.items()
        }

    def read_logs(self) -> str:
        """What all of them wrote."""
        return "\n".join(path.read_text() for path in self.directory.glob("*.log"))


@pytest.fixture
def stack(tmp_path: Path, postgres_url: str) -> Iterator[Stack]:
    (tmp_path / "home").mkdir(mode=0o555)
    (tmp_path / "database_password").write_text("not asked for on a socket\n")
    started = Stack(tmp_path, postgres_url, free_port())
    yield started
    for process in started.processes.values():
        process.kill()
        process.wait()


@pytest.mark.full
@pytest.mark.slow
def test_the_processes_of_the_team_server_run_and_stop(stack: Stack) -> None:
    stack.start()
    stack.wait_until_healthy()
    status, page = stack.ask("/login")
    assert (status, "Log in" in page) == (200, True)
    assert all(process.poll() is None for process in stack.processes.values()), stack.read_logs()
    codes = stack.stop()
    assert {code for code, _ in codes.values()} == {0}, stack.read_logs()
    assert "Traceback" not in stack.read_logs()
    assert list((stack.directory / "home").iterdir()) == []


def test_the_health_check_is_that_of_the_image() -> None:
    (check,) = all_of("HEALTHCHECK")
    *_, program = list_services("compose.postgres.yaml")["dashboard"]["healthcheck"]["test"]
    assert program in check.text
