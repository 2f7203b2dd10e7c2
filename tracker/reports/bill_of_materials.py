"""Packages that run here, with their licences: as a list, and as a bill of materials (CycloneDX).

All that is installed beside the tracker is listed, since all of it can be imported.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

PACKAGE: Final = "scenario-tracker"
UNKNOWN: Final = "unknown"
MAX_LICENCE_LENGTH: Final = 60
"""Characters of a licence's name; a longer one is its whole text."""


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """A package with its version and licence; `is_spdx`: the licence is an SPDX expression."""

    name: str
    version: str
    licence: str
    is_spdx: bool

    @property
    def purl(self) -> str:
        """Package URL, by which tools look for known weaknesses."""
        return f"pkg:pypi/{self.name}@{self.version}"


def list_packages() -> tuple[InstalledPackage, ...]:
    """List the installed packages by name, the tracker among them."""
    packages: dict[str, InstalledPackage] = {}
    for distribution in metadata.distributions():
        package = _read_package(distribution)
        packages.setdefault(package.name, package)  # as the first on the path is imported
    return tuple(sorted(packages.values(), key=lambda package: package.name))


def _read_package(distribution: metadata.Distribution) -> InstalledPackage:
    fields = distribution.metadata
    name = re.sub(r"[-_.]+", "-", fields["Name"]).lower()
    expression = _read_field(fields, "License-Expression")
    licence = expression or _read_licence(fields)
    return InstalledPackage(name, distribution.version, licence, bool(expression))


def _read_licence(fields: metadata.PackageMetadata) -> str:
    """Read the licence that a package of the older kind names, in its field or its classifiers."""
    name = _read_field(fields, "License")
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in fields.get_all("Classifier") or ()
        if text.startswith("License :: ") and text != "License :: OSI Approved"
    ]
    if name and name.upper() != "UNKNOWN" and len(name) <= MAX_LICENCE_LENGTH:
        return name
    return ", ".join(classifiers) or UNKNOWN


def _read_field(fields: metadata.PackageMetadata, name: str) -> str:
    return " ".join(fields[name].split()) if name in fields else ""


def build_cyclonedx(packages: Sequence[InstalledPackage], made_at: datetime) -> dict[str, Any]:
    """Build a bill of materials, CycloneDX 1.6 as JSON; its number follows from the packages."""
    components = {package.name: _build_component(package) for package in packages}
    product = components.pop(PACKAGE, None)
    listed = " ".join(package.purl for package in packages)
    application = {} if product is None else {"component": {**product, "type": "application"}}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid5(NAMESPACE_URL, listed).urn,
        "version": 1,
        "metadata": {"timestamp": made_at.isoformat(timespec="seconds"), **application},
        "components": list(components.values()),
    }


def _build_component(package: InstalledPackage) -> dict[str, Any]:
    licence = (
        {"expression": package.licence}
        if package.is_spdx
        else {"license": {"name": package.licence}}
    )
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        **({} if package.licence == UNKNOWN else {"licenses": [licence]}),
    }
