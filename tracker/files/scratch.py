"""Scratch files: what a process can work out again, kept on disk instead of in memory.

They have no name, so they vanish with their process, whatever ends it, and nobody else reads them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from tracker.errors import StorageUnavailable


@contextmanager
def explain_full_disk(folder: Path | None) -> Iterator[None]:
    """Raise `StorageUnavailable` where a scratch file in this folder cannot be written."""
    try:
        yield
    except OSError as error:
        place = folder or "the system's temporary directory"
        raise StorageUnavailable(
            f"scratch files in {place} cannot be written ({error.strerror or error}): free space "
            "on its disk, then try again"
        ) from None


def open_scratch_file(folder: Path | None) -> BinaryIO:
    """Open a nameless file for reading and writing, in a folder, or where the system has such files
    if there is no folder yet.
    """
    return TemporaryFile(dir=folder if folder and folder.is_dir() else None)
