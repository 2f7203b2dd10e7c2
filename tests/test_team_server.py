"""The page on a team's server is true: its files fit the tracker, and each other."""

import configparser
import re
import shlex
from pathlib import Path

import click
import pytest

from dashboard.server.sso import CALLBACK
from tests.checkouts import ROOT
from tracker.interfaces.cli.main import cli
from tracker.settings import Settings, load_settings

PAGES = {
    name: (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("team-server", "people")
}


def list_blocks(page: str, kind: str) -> list[str]:
    """Return the blocks of a kind on a page."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGES[page], re.DOTALL)


def read_settings(directory: Path, *blocks: str) -> Settings:
    """Return the settings of blocks of `tracker.toml`."""
    (directory / "tracker.toml").write_text("".join(blocks), "utf-8")
    return load_settings(directory, {})


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_settings_is_accepted(page: str, tmp_path: Path) -> None:
    blocks = list_blocks(page, "toml")
    assert len(blocks) >= 2
    for block in blocks:
        settings = read_settings(tmp_path, block)
        assert settings != Settings(tmp_path, me=settings.me)


def test_the_provider_leads_back_to_the_public_address(tmp_path: Path) -> None:
    first, provider, _ = list_blocks("team-server", "toml")
    settings = read_settings(tmp_path, first, provider)
    assert settings.oidc_client is not None
    assert settings.base_url.rstrip("/") + CALLBACK in PAGES["team-server"]
    assert settings.entry_rules.group_roles["forecasting-admins"] == "admin"


def test_the_proxy_drops_or_sets_the_headers_that_are_trusted(tmp_path: Path) -> None:
    plain, with_authelia = list_blocks("team-server", "text")
    trust = read_settings(tmp_path, list_blocks("team-server", "toml")[-1]).proxy_trust
    assert trust.trusts("127.0.0.1")
    for header in (trust.header, trust.groups_header):
        assert f"header_up -{header}" in plain.lower()
        assert re.search(rf"copy_headers .*\b{header}\b", with_authelia.lower())


def test_systemd_starts_what_caddy_asks(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(ROOT / "deploy" / "tracker.service", "utf-8")
    _, *arguments = shlex.split(unit["Service"]["ExecStart"])
    data = arguments[arguments.index("--data") + 1]
    assert f"tracker --data {data} people invite" in PAGES["team-server"]
    assert f"`{data}/tracker.toml`" in PAGES["team-server"]
    arguments[arguments.index("--data") + 1] = str(tmp_path)
    options = parse_up(arguments)
    assert options["address"] is None, "this machine alone"
    for caddy in list_blocks("team-server", "text"):
        assert f"reverse_proxy 127.0.0.1:{options['port']}" in caddy


def parse_up(arguments: list[str]) -> dict[str, object]:
    """Return the options of `tracker … up`, which is not run."""
    context = cli.make_context("tracker", list(arguments))
    name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
    assert name == "up"
    assert command is not None
    return click.Context(command, parent=context).command.make_context("up", rest).params
