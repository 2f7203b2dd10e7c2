"""A wall clock of its own for one process, which can be set; the machine's stays as it is."""

import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.outcome import NotTried

SOURCE = Path(__file__).with_suffix(".c")


@dataclass(frozen=True, slots=True)
class WallClock:
    """`environment` gives a process this clock, which `set_by` moves."""

    library: Path
    file: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to be started with."""
        return {"LD_PRELOAD": str(self.library), "WALL_CLOCK_FILE": str(self.file)}

    def set_by(self, seconds: float) -> None:
        """Let the clock differ from the machine's by so many seconds."""
        with self.file.open("r+b", buffering=0) as file:
            file.write(struct.pack("d", seconds))


@contextmanager
def make_wall_clocks(count: int) -> Iterator[list[WallClock]]:
    """Make clocks that go as the machine's does until they are set; needs a C compiler."""
    with tempfile.TemporaryDirectory(prefix="clock") as folder:
        library = Path(folder) / "wall_clock.so"
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise NotTried("not tried: a clock of its own needs a C compiler") from None
        files = [Path(folder) / f"clock-{number}" for number in range(count)]
        for file in files:
            file.write_bytes(struct.pack("d", 0.0))
        yield [WallClock(library, file) for file in files]
