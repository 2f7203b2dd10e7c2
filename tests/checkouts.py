"""Copies of this checkout, as far as setting up and starting need it."""

import shutil
from pathlib import Path

import bootstrap

ROOT = Path(__file__).resolve().parents[1]


def copy_of_checkout(folder: Path) -> bootstrap.Place:
    """A checkout with no environment."""
    folder.mkdir()
    for name in ("bootstrap.py", "run", "test", "pyproject.toml", *bootstrap.LOCKS.values()):
        shutil.copy(ROOT / name, folder / name)
    return bootstrap.Place(folder)
