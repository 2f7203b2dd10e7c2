"""What is installed is listed with its licences, for people and for programs."""

import json
import re
from collections.abc import Iterator
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.tables import check_rows
from tests.test_cli import Shell
from tracker.reports import bill_of_materials
from tracker.reports.bill_of_materials import InstalledPackage, build_cyclonedx, list_packages


class Installed:
    """A distribution with these fields in its metadata."""

    def __init__(self, *fields: tuple[str, str]) -> None:
        self.metadata = Message()
        self.version = "1.0"
        for name, value in (("Name", "Some_Package"), *fields):
            self.metadata[name] = value


@check_rows(
    [
        ([("License-Expression", "MIT OR Apache-2.0")], ("MIT OR Apache-2.0", True)),
        ([("License", "BSD"), ("License-Expression", "BSD-2-Clause")], ("BSD-2-Clause", True)),
        ([("License", "MIT  License")], ("MIT License", False)),
        ([("License", f"Copyright {'x ' * 60}")], ("unknown", False)),
        (
            [
                ("License", "UNKNOWN"),
                ("Classifier", "License :: OSI Approved"),
                ("Classifier", "License :: OSI Approved :: BSD License"),
                ("Classifier", "Topic :: Text"),
            ],
            ("BSD License", False),
        ),
        ([], ("unknown", False)),
    ],
    "fields",
    "expected",
)
def test_a_licence_is_read_from_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, fields: list[tuple[str, str]], expected: tuple[str, bool]
) -> None:
    def distributions() -> Iterator[Installed]:
        yield Installed(*fields)
        yield Installed(("License-Expression", "second on the path"))

    monkeypatch.setattr(metadata, "distributions", distributions)
    assert list_packages() == (InstalledPackage("some-package", "1.0", *expected),)


def test_the_bill_names_every_package_of_the_lock(shell: Shell) -> None:
    bill = shell.json("system", "licences")
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    assert bill["metadata"]["component"]["name"] == "scenario-tracker"
    names = {component["name"] for component in bill["components"]}
    lock = Path(__file__).parents[1].joinpath("requirements.lock").read_text("utf-8")
    pins = re.findall(r"^([\w.-]+)==\S+ (\\|;)", lock, re.MULTILINE)
    assert {re.sub(r"[-_.]+", "-", name).lower() for name, end in pins if end == "\\"} <= names
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(references) == len(set(references))
    for component in bill["components"]:
        (licence,) = component.get("licenses", [{"expression": "none known"}])
        assert set(licence) <= {"expression", "license"}


def test_the_same_packages_have_the_same_number() -> None:
    packages = [InstalledPackage("a", "1", "MIT", True), InstalledPackage("b", "2", "x", False)]
    bill = build_cyclonedx(packages, NOW)
    assert json.loads(json.dumps(bill)) == bill
    assert bill["serialNumber"] == build_cyclonedx(packages, NOW)["serialNumber"]
    assert bill["serialNumber"] != build_cyclonedx(packages[:1], NOW)["serialNumber"]
    assert "component" not in bill["metadata"]  # the tracker is not among them
    assert bill_of_materials.UNKNOWN not in json.dumps(bill)


def test_the_list_is_a_table_for_people(shell: Shell) -> None:
    line = next(line for line in shell("system", "licences").splitlines() if "sqlalchemy" in line)
    assert "MIT" in line
