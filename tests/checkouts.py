"""Copies of this checkout, as far as setting up and starting need it."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import bootstrap

ROOT = Path(__file__).resolve().parents[1]


def copy_of_checkout(folder: Path) -> Path:
    """A checkout with no environment."""
    folder.mkdir()
    scripts = ("bootstrap.py", "run", "test")
    for name in (*scripts, "pyproject.toml", bootstrap.UV_LOCK, *bootstrap.LOCKS.values()):
        shutil.copy(ROOT / name, folder / name)
    return folder


def load_bootstrap(folder: Path) -> ModuleType:
    """The bootstrap of a checkout, whose paths lie in that checkout."""
    spec = importlib.util.spec_from_file_location("bootstrap_copy", folder / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
