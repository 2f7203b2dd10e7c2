"""Write both locks anew from pyproject.toml: `python -m tests.locks`.

`--upgrade` takes the newest versions; without it the pinned ones stay where they fit.
"""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import bootstrap

EXTRAS: Final = {"runtime": ("postgres",), "test": ("postgres", "test")}


def main(arguments: Sequence[str]) -> int:
    """Write the locks; the exit code is that of the first failure."""
    if not bootstrap.UV.exists():
        sys.exit("Only uv can write the locks, and it is missing: ./run --setup installs it.")
    codes = (subprocess.call([*build_command(level), *arguments]) for level in EXTRAS)
    return next(filter(None, codes), 0)


def build_command(level: str) -> list[str]:
    """Build the command that writes one lock, for all systems and Pythons.

    Its header and notes are left out: they would hold addresses.
    """
    command = [str(bootstrap.UV), "pip", "compile", str(bootstrap.ROOT / "pyproject.toml")]
    command += ["--quiet", "--group", "build", *(f"--extra={extra}" for extra in EXTRAS[level])]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--universal"]
    command += ["--python-version", ".".join(map(str, bootstrap.MIN_PYTHON))]
    return [*command, "--output-file", str(bootstrap.ROOT / bootstrap.LOCKS[level])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
