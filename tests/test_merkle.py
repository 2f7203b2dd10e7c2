"""Merkle trees: every proof verifies, no changed one does, and old roots stand in new trees."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.model.merkle import (
    EMPTY_ROOT,
    Subtree,
    compute_root,
    hash_leaf,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [hash_leaf(str(n).encode()) for n in range(70)]


def make_subtree(leaves: Sequence[bytes]) -> Subtree:
    """The subtrees of a tree whose leaves are in memory."""
    return lambda first, last: compute_root(leaves[first:last])


SUBTREE = make_subtree(LEAVES)
# The test vectors of certificate-transparency-go and RFC 6962 implementations.
VECTORS = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243")]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
]
sizes = st.integers(1, len(LEAVES))


@check_rows(enumerate(ROOTS, start=1))
def test_roots_are_those_of_certificate_transparency(size: int, root: str) -> None:
    assert compute_root(map(hash_leaf, VECTORS[:size])).hex() == root


def test_the_root_of_nothing_is_that_of_the_rfc() -> None:
    assert compute_root([]) == EMPTY_ROOT == sha256(b"").digest()


@given(sizes, st.data())
def test_every_leaf_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = prove_inclusion(SUBTREE, index, size), SUBTREE(0, size)
    assert verify_inclusion(LEAVES[index], index, size, proof=proof, root=root)
    other = data.draw(st.integers(0, len(LEAVES) - 1).filter(lambda n: n != index))
    assert not verify_inclusion(LEAVES[other], index, size, proof=proof, root=root)
    assert not verify_inclusion(LEAVES[index], other, size, proof=proof, root=root)
    assert not verify_inclusion(LEAVES[index], index, size, proof=(*proof, root), root=root)
    assert not proof or not verify_inclusion(LEAVES[index], index, size, proof=proof[1:], root=root)


@given(sizes, st.data())
def test_a_changed_bit_breaks_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    parts = [LEAVES[index], SUBTREE(0, size), *prove_inclusion(SUBTREE, index, size)]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = flip(parts[place], data.draw(st.integers(0, 255)))
    leaf, root, *proof = parts
    assert not verify_inclusion(leaf, index, size, proof=proof, root=root)


@given(sizes, sizes)
def test_a_tree_continues_each_smaller_one(one: int, two: int) -> None:
    old, new = sorted((one, two))
    proof, roots = prove_consistency(SUBTREE, old, new), (SUBTREE(0, old), SUBTREE(0, new))
    assert verify_consistency(old, new, roots=roots, proof=proof)
    assert not verify_consistency(old, new, roots=roots, proof=(*proof, roots[0]))
    assert not proof or not verify_consistency(old, new, roots=roots, proof=proof[:-1])
    assert old == new or not verify_consistency(new, old, roots=roots, proof=proof)


@given(sizes, sizes, st.data())
def test_a_changed_bit_breaks_a_consistency_proof(one: int, two: int, data: st.DataObject) -> None:
    old, new = sorted((one, two))
    parts = [SUBTREE(0, old), SUBTREE(0, new), *prove_consistency(SUBTREE, old, new)]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = flip(parts[place], data.draw(st.integers(0, 255)))
    before, after, *proof = parts
    assert not verify_consistency(old, new, roots=(before, after), proof=proof)


@given(st.integers(2, 60), st.data())
def test_a_rewritten_leaf_is_inconsistent_with_the_old_root(old: int, data: st.DataObject) -> None:
    changed = list(LEAVES)
    changed[data.draw(st.integers(0, old - 1))] = hash_leaf(b"another")
    forged = make_subtree(changed)
    proof, roots = prove_consistency(forged, old, 70), (SUBTREE(0, old), forged(0, 70))
    assert not verify_consistency(old, 70, roots=roots, proof=proof)


def test_what_lies_outside_a_tree_has_no_proof() -> None:
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(IndexError):
            prove_inclusion(SUBTREE, index, size)
    with pytest.raises(IndexError):
        prove_consistency(SUBTREE, 4, 3)
    assert verify_consistency(0, 3, roots=(EMPTY_ROOT, SUBTREE(0, 3)), proof=())
    assert not verify_consistency(0, 3, roots=(SUBTREE(0, 1), SUBTREE(0, 3)), proof=())


def flip(node: bytes, bit: int) -> bytes:
    changed = bytearray(node)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
