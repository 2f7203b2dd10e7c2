"""Places outside the database that keep signed heads: files of one JSON object a line.

The data directory has one, and each directory of the setting `head_places`. Where a directory is a
git work tree, each head is a commit; pushing it is up to whoever set it up.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tracker.errors import Refused
from tracker.files.user_files import read_text
from tracker.model.merkle import verify_consistency
from tracker.model.signed_heads import HeadReport, KeptHead, KeptHeads, SignedHead
from tracker.storage.heads.signing_key import is_signed

MAX_BYTES: Final = 100_000_000
GIT_SECONDS: Final = 30.0


def keep_head(head: SignedHead, files: Iterable[Path]) -> HeadReport:
    """Append a head to each of these files; a place that fails stops no other."""
    places, failed = [], []
    for file in files:
        reason = _append_line(file, head.to_line()) or _commit(file, head)
        if reason:
            failed.append(f"{file}: {reason}")
        else:
            places.append(str(file))
    return HeadReport(head, tuple(places), tuple(failed))


def _append_line(file: Path, line: str) -> str:
    """Append a line to a file that may end in half a line; return why it failed, "" if not."""
    if not file.parent.is_dir():  # it may be a disk that is not there: nothing is put in its place
        return "there is no such directory"
    try:
        with file.open("ab+") as opened:
            if opened.tell():
                opened.seek(-1, os.SEEK_END)
                line = line if opened.read() == b"\n" else f"\n{line}"
            opened.write(f"{line}\n".encode())
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _commit(file: Path, head: SignedHead) -> str:
    """Commit the file if its directory is a git work tree; return why it failed, "" if not."""
    if not (file.parent / ".git").exists():
        return ""
    program = shutil.which("git")
    if program is None:
        return "it is kept, but not committed: git is not installed"
    git = [program, "-C", str(file.parent), "-c", "user.name=Scenario tracker"]
    git += ["-c", "user.email=tracker@localhost", "-c", "commit.gpgsign=false"]
    title = f"Head of the log at entry {head.seq}"
    commands = (["add", file.name], ["commit", "--quiet", "-m", title, "--", file.name])
    for command in commands:
        try:
            subprocess.run([*git, *command], check=True, capture_output=True, timeout=GIT_SECONDS)
        except (OSError, subprocess.SubprocessError):
            return f"it is kept, but not committed: `git {command[0]}` failed"
    return ""


def read_heads(files: Iterable[Path], own_key: str) -> KeptHeads:
    """Read all heads that are kept in these files, which may be missing."""
    heads: list[KeptHead] = []
    flaws: list[str] = []
    for file in files:
        for entry in _read_file(file) if file.exists() else ():
            if isinstance(entry, str):
                flaws.append(entry)
            else:
                heads.append(entry)
    return KeptHeads(tuple(heads), tuple(flaws), own_key)


def _read_file(file: Path) -> Iterator[KeptHead | str]:
    """Yield the heads of a file, and what is wrong with it."""
    before: SignedHead | None = None
    try:
        lines = read_text(file, MAX_BYTES).splitlines()
    except Refused as refusal:
        yield str(refusal)
        return
    for number, line in enumerate(filter(None, lines), start=1):
        try:
            head = SignedHead.from_line(line)
        except (ValueError, KeyError, TypeError):
            if number < len(lines):  # the last line may be half written
                yield f"line {number} of {file} is no signed head"
            continue
        if not is_signed(head):
            yield f"the head of entry {head.seq} in {file} has a wrong signature"
        elif before is not None and not _continues(before, head):
            yield f"the head of entry {head.seq} in {file} does not continue the one before it"
        else:
            yield KeptHead(head, str(file))
            before = head


def _continues(before: SignedHead, head: SignedHead) -> bool:
    """Check the proof of a head; one that follows another head proves nothing about this one."""
    if head.follows != before.seq:
        return True
    roots = bytes.fromhex(before.root), bytes.fromhex(head.root)
    proof = [bytes.fromhex(node) for node in head.proof]
    return verify_consistency(before.seq, head.seq, roots=roots, proof=proof)
