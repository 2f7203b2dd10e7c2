"""The Merkle tree over the log: blocks that are kept, roots and proofs from them.

A leaf is the hash of an entry in the chain, as hexadecimal text. That hash covers every field of
the entry and its predecessor, so that the tree needs no second form of an entry, and the hashes of
old entries stay. Blocks are derived: `verify_log` works the tree out from the entries alone.
"""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.merkle import (
    Subtree,
    compute_root,
    find_split,
    hash_children,
    hash_leaf,
    prove_inclusion,
)
from tracker.model.signed_heads import LogProof, ProvenEntry, SignedHead
from tracker.storage.database_info import read_property, write_property
from tracker.storage.imports import stands
from tracker.storage.tables import ForecastRow, LogBlockRow, LogRow, QuestionRow, ResolutionRow

BLOCK: Final = 1024
"""Entries of a block: a power of two, so that blocks are nodes of the tree."""

HEAD_KEY: Final = "signed_head"
"""Property with the newest signed head."""


def hash_entry(entry_hash: str) -> bytes:
    """Return the leaf of an entry."""
    return hash_leaf(entry_hash.encode())


def load_tree(session: Session, size: int) -> Subtree:
    """Return the subtrees of the tree over the first entries, read as they are needed."""
    full = size // BLOCK
    rows = session.exec(select(LogBlockRow.root).order_by(col(LogBlockRow.id)).limit(full))
    blocks = list(rows)

    @cache
    def load_leaves(block: int) -> list[bytes]:
        return _load_leaves(session, block * BLOCK, min((block + 1) * BLOCK, size))

    def find_root(first: int, last: int) -> bytes:
        block, start = divmod(first, BLOCK)
        if last - first == BLOCK and block < len(blocks):
            return blocks[block]
        if last - first <= BLOCK:
            return compute_root(load_leaves(block)[start : start + last - first])
        middle = first + find_split(last - first)
        return hash_children(find_root(first, middle), find_root(middle, last))

    return find_root


def save_blocks(session: Session, size: int) -> None:
    """Keep the roots of all blocks that are full within the first entries."""
    known = session.exec(select(func.count()).select_from(LogBlockRow)).one()
    for block in range(known, size // BLOCK):
        leaves = _load_leaves(session, block * BLOCK, (block + 1) * BLOCK)
        session.add(LogBlockRow(id=block, root=compute_root(leaves)))
    session.flush()


def _load_leaves(session: Session, first: int, last: int) -> list[bytes]:
    query = select(LogRow.hash).where(col(LogRow.seq) > first, col(LogRow.seq) <= last)
    return [hash_entry(entry_hash) for entry_hash in session.exec(query.order_by(col(LogRow.seq)))]


def read_signed_head(session: Session) -> SignedHead | None:
    """Return the newest signed head; None if none was ever signed."""
    line = read_property(session, HEAD_KEY)
    return None if line is None else SignedHead.from_line(line)


def save_signed_head(session: Session, head: SignedHead) -> None:
    """Keep a head as the newest one."""
    write_property(session, HEAD_KEY, head.to_line())


def list_receipt_entries(
    session: Session, question_id: QuestionId, forecasters: Collection[ForecasterId] | None
) -> list[int]:
    """Return the numbers of the entries that scores rest on: question, answers and forecasts.

    Of all forecasters, or of these.
    """
    acts = select(ForecastRow.log_seq).where(ForecastRow.question_id == question_id, stands())
    if forecasters is not None:
        acts = acts.where(col(ForecastRow.forecaster_id).in_(forecasters))
    queries = (
        select(QuestionRow.log_seq).where(QuestionRow.id == question_id),
        select(ResolutionRow.log_seq).where(ResolutionRow.question_id == question_id),
        acts,
    )
    return [seq for query in queries for seq in session.exec(query)]


def prove_entries(session: Session, seqs: Iterable[int]) -> LogProof | None:
    """Prove that the newest signed head contains these entries; None if there is no head."""
    head = read_signed_head(session)
    if head is None:
        return None
    numbers = sorted(set(seqs))
    tree = load_tree(session, head.seq)
    proven = []
    for seq in numbers:
        if seq <= head.seq:
            row = session.exec(select(LogRow).where(LogRow.seq == seq)).one()
            path = tuple(node.hex() for node in prove_inclusion(tree, seq - 1, head.seq))
            fields = (row.kind, row.subject, row.body, row.prev, row.actor)
            proven.append(ProvenEntry(row.seq, row.entered_at, *fields, path))
    return LogProof(head, tuple(proven), tuple(seq for seq in numbers if seq > head.seq))
