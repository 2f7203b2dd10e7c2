"""Hold the log against the signed heads that are kept outside the database. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forecasts.questions.formatting import format_count, format_utc_day
from tracker.model.merkle import RootBuilder
from tracker.model.signed_heads import KeptHead, KeptHeads, SignedHead
from tracker.storage.event_log import KEY, RESTORE, ChainBreak, LogEntry, read_facts
from tracker.storage.log_tree import hash_entry

NOTHING_OUTSIDE = (
    "nothing outside the database vouches for it: `tracker system sign` makes a head to keep"
)


@dataclass(frozen=True, slots=True)
class HeadCheck:
    """Verdict of heads on the log: the first contradiction, or which head still stands."""

    flaw: ChainBreak | None
    witness: str


def check_heads(entries: Sequence[LogEntry], outside: KeptHeads) -> HeadCheck:
    """Return the first head that the log does not continue, or the newest one that it does.

    A head from between a backup and its restore is no contradiction: the log says that it was
    restored, and from which entry on.
    """
    if outside.flaws:
        return HeadCheck(ChainBreak(0, outside.flaws[0]), "")
    heads = sorted(outside.heads, key=lambda k: (k.head.seq, k.head.at, k.place))
    known_keys = {entry.subject for entry in entries if entry.kind == KEY} | {outside.own_key}
    roots = compute_roots(entries, {k.head.seq for k in heads})
    restores = [entry for entry in entries if entry.kind == RESTORE]
    standing: KeptHead | None = None
    set_aside: set[SignedHead] = set()
    for candidate in heads:
        head = candidate.head
        if roots.get(head.seq) == head.root:
            standing = candidate
        elif any(_explains(restore, head) for restore in restores):
            set_aside.add(head)
        else:
            words = _describe_loss(candidate, len(entries))
            if head.key not in known_keys:
                words += "; it is signed with a key that neither the log nor this machine knows"
            return HeadCheck(ChainBreak(head.seq, words), "")
    return HeadCheck(None, _describe_witness(standing, len(set_aside), restores))


def compute_roots(entries: Iterable[LogEntry], sizes: Iterable[int]) -> dict[int, str]:
    """Compute the roots of the tree when it had these sizes, which it may not have reached."""
    builder, recorded = RootBuilder(), set(sizes)
    roots = {}
    for entry in entries:
        builder.append(hash_entry(entry.hash))
        if builder.size in recorded:
            roots[builder.size] = builder.compute_root().hex()
    return roots


def _explains(restore: LogEntry, head: SignedHead) -> bool:
    return int(read_facts(restore)["from_seq"]) < head.seq and head.at <= restore.entered_at


def _describe_loss(lost: KeptHead, size: int) -> str:
    head = f"the head of {format_utc_day(lost.head.at)} at entry {lost.head.seq}"
    if lost.head.seq > size:
        return f"{head}, kept in {lost.place}, is beyond the end of the log: it was cut off"
    return f"{head}, kept in {lost.place}, does not stand: an entry up to it was rewritten"


def _describe_witness(
    standing: KeptHead | None, set_aside: int, restores: Sequence[LogEntry]
) -> str:
    words = NOTHING_OUTSIDE
    if standing is not None:
        day = format_utc_day(standing.head.at)
        words = f"the head of {day} (entry {standing.head.seq}), kept in {standing.place}, stands"
    if set_aside:
        day = format_utc_day(restores[-1].entered_at)
        words += f"; {format_count(set_aside, 'newer head')} set aside by the restore of {day}"
    return words
