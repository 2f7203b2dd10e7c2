"""Columns of what the near-duplicates know of each item: appended at the end, dropped at the
beginning. Numbers lie in memory, a few bytes an item; texts and long arrays lie in scratch files.
"""

import mmap
import os
import shutil
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tracker.files.scratch import explain_full_disk, open_scratch_file

GROWTH = 8
"""A full buffer grows by this part of its size."""


class NumberColumn:
    """Numbers in memory."""

    def __init__(self, kind: Any) -> None:
        self._buffer = np.empty(1_024, kind)
        self._size = 0

    @property
    def values(self) -> NDArray[Any]:
        """The numbers; the array is valid until the column changes."""
        return self._buffer[: self._size]

    @property
    def nbytes(self) -> int:
        """Size of the buffer in bytes."""
        return self._buffer.nbytes

    def extend(self, numbers: Sequence[float] | NDArray[Any]) -> None:
        """Append numbers."""
        needed = self._size + len(numbers)
        if needed > self._buffer.size:
            room = np.empty(len(numbers) + self._size // GROWTH, self._buffer.dtype)
            self._buffer = np.concatenate((self.values, room))
        self._buffer[self._size : needed] = numbers
        self._size = needed

    def drop(self, number: int) -> None:
        """Drop the first numbers."""
        self._buffer = self._buffer[number : self._size].copy()
        self._size -= number


class TextColumn:
    """Texts in a scratch file; in memory is where each begins."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._starts = NumberColumn(np.int64)
        self._end = 0

    def __len__(self) -> int:
        return self._starts.values.size

    def __getitem__(self, index: int) -> str:
        """Read one text; the index counts from the oldest that is left."""
        assert self._file is not None
        starts = self._starts.values
        start = int(starts[index])
        end = int(starts[index + 1]) if index + 1 < starts.size else self._end
        return os.pread(self._file.fileno(), end - start, start).decode("utf-8", "surrogatepass")

    @property
    def nbytes(self) -> int:
        """Size in memory in bytes."""
        return self._starts.nbytes

    def extend(self, texts: Sequence[str]) -> None:
        """Append texts."""
        packed = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = self._end + np.cumsum([0, *map(len, packed)])
        with explain_full_disk(self._folder):
            if self._file is None:
                self._take(open_scratch_file(self._folder))
            assert self._file is not None
            self._file.seek(self._end)
            self._file.write(b"".join(packed))
            self._file.flush()
        self._starts.extend(ends[:-1])
        self._end = int(ends[-1])

    def drop(self, number: int) -> None:
        """Drop the first texts; the rest moves to a new file."""
        if self._file is None or not number:
            return
        starts = self._starts.values
        first = int(starts[number]) if number < starts.size else self._end
        with explain_full_disk(self._folder):
            newer = open_scratch_file(self._folder)
            self._file.seek(first)
            shutil.copyfileobj(self._file, newer)
            newer.flush()
        self._close()
        self._take(newer)
        self._starts.drop(number)
        self._starts.values[:] -= first
        self._end -= first

    def _take(self, file: BinaryIO) -> None:
        """Keep the texts in this file from now on; it is closed with the column."""
        self._file = file
        self._close = weakref.finalize(self, file.close)


class MappedArray:
    """An array that does not change, in a scratch file. Its pages count as memory of this process
    only from when they are read until `release`.
    """

    def __init__(self, values: NDArray[Any], folder: Path | None) -> None:
        with explain_full_disk(folder), open_scratch_file(folder) as file:
            file.write(values.tobytes())
            file.flush()
            self._pages = mmap.mmap(file.fileno(), values.nbytes, access=mmap.ACCESS_READ)
        self.values: NDArray[Any] = np.frombuffer(self._pages, values.dtype)

    def release(self) -> None:
        """Give the pages back; the next look reads them again, mostly from the system's cache."""
        self._pages.madvise(mmap.MADV_DONTNEED)
