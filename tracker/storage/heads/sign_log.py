"""Seal what is new, sign the head of the log, and keep it outside the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tracker.errors import Refused
from tracker.files.user_files import make_directory
from tracker.model.merkle import prove_consistency
from tracker.model.signed_heads import HeadReport, SignedHead
from tracker.storage import event_log, log_tree, seals, states
from tracker.storage.heads import head_places, signing_key
from tracker.storage.sessions import Session, Store


@dataclass(frozen=True, slots=True)
class HeadDesk:
    """File of the key, and the files that keep heads: the one in the data directory first."""

    key_file: Path
    head_files: Sequence[Path]


def is_head_due(session: Session, now: datetime) -> bool:
    """Return whether no head was signed on this day (UTC)."""
    head = log_tree.read_signed_head(session)
    return head is None or head.at.date() < now.astimezone(UTC).date()


def sign_log(store: Store, desk: HeadDesk, now: datetime) -> HeadReport:
    """Seal the rows of the days before, sign the head, and keep it; raises `Refused`.

    The head is in the database before it is outside, so that the next one continues it.
    """
    for directory in (desk.key_file.parent, desk.head_files[0].parent):
        make_directory(directory)  # the data directory is missing beside PostgreSQL
    key = signing_key.make_key(desk.key_file)
    _seal_new_rows(store, now)
    with store.writing() as session:
        states.append_baselines(session, now)
        if key not in event_log.list_subjects(session, event_log.KEY):
            event_log.append_entry(session, event_log.KEY, key, facts={"key": key}, at=now)
        head = signing_key.sign_head(desk.key_file, _take_head(session, key, now))
        log_tree.save_signed_head(session, head)
    return head_places.keep_head(head, desk.head_files)


def _seal_new_rows(store: Store, now: datetime) -> None:
    """Append today's seals unless they are there."""
    with store.writing() as session:
        if seals.is_sealed_since(session, now):
            return
        newest = seals.find_newest_ids(session)
    with store.reading() as session:
        ranges = {name: (seals.find_sealed_id(session, name), newest[name]) for name in newest}
        fresh = {
            name: seals.compute_seal(session, name, *ids)
            for name, ids in ranges.items()
            if ids[0] < ids[1]
        }
    if fresh:
        with store.writing() as session:
            seals.append_seals(session, fresh, now)


def _take_head(session: Session, key: str, now: datetime) -> SignedHead:
    """Return the head of the log, unsigned, with the proof that it continues the one before."""
    event_log.acquire_append_lock(session)
    size = event_log.find_newest_seq(session)
    log_tree.save_blocks(session, size)
    tree = log_tree.load_tree(session, size)
    before = log_tree.read_signed_head(session)
    follows = 0 if before is None else before.seq
    if before is not None and (follows > size or tree(0, follows).hex() != before.root):
        raise Refused(
            f"the log is not the one whose head was signed at entry {follows}: no head is signed; "
            "`tracker system verify` says more"
        )
    proof = tuple(node.hex() for node in prove_consistency(tree, follows, size))
    return SignedHead(size, tree(0, size).hex(), now, key, follows=follows, proof=proof)
