"""Merkle trees as in RFC 9162: roots, and proofs of inclusion and consistency. Pure.

A leaf is SHA-256 of 0x00 and its content, a node SHA-256 of 0x01 and its two children. Proofs are
made from a `Subtree`, so that a large tree need not be in memory.

Source: https://www.rfc-editor.org/rfc/rfc9162#section-2.1
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

Subtree = Callable[[int, int], bytes]
"""Root of the leaves from the first index up to the second, which is excluded."""

Proof = tuple[bytes, ...]

EMPTY_ROOT: Final = sha256(b"").digest()


def hash_leaf(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + content).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


class RootBuilder:
    """The root of a growing tree, in memory that grows with the logarithm of its size."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        node, size = leaf, self.size
        while size & 1:
            node, size = hash_children(self._peaks.pop(), node), size >> 1
        self._peaks.append(node)
        self.size += 1

    def compute_root(self) -> bytes:
        """Compute the root of the leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *peaks, root = self._peaks
        for peak in reversed(peaks):
            root = hash_children(peak, root)
        return root


def compute_root(leaves: Iterable[bytes]) -> bytes:
    """Compute the root of a tree from the hashes of its leaves.

    >>> compute_root([hash_leaf(b"a")]) == hash_leaf(b"a")
    True
    """
    builder = RootBuilder()
    for leaf in leaves:
        builder.append(leaf)
    return builder.compute_root()


def find_split(size: int) -> int:
    """Return the number of leaves in the left part of a tree of at least two.

    >>> [find_split(size) for size in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << ((size - 1).bit_length() - 1)


def prove_inclusion(subtree: Subtree, index: int, size: int) -> Proof:
    """Prove that a tree of this size has its leaf at this index; raises `IndexError`."""
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has none at {index}")
    first, last, proof = 0, size, []
    while last - first > 1:
        middle = first + find_split(last - first)
        if index < middle:
            proof.append(subtree(middle, last))
            last = middle
        else:
            proof.append(subtree(first, middle))
            first = middle
    return tuple(reversed(proof))


def verify_inclusion(
    leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root: bytes
) -> bool:
    """Return whether the proof shows that the tree with this root has the leaf at the index."""
    siblings = list(proof)

    def rebuild(place: int, width: int) -> bytes:
        if width == 1:
            return leaf
        middle, sibling = find_split(width), siblings.pop()
        if place < middle:
            return hash_children(rebuild(place, middle), sibling)
        return hash_children(sibling, rebuild(place - middle, width - middle))

    try:
        return 0 <= index < size and rebuild(index, size) == root and not siblings
    except IndexError:  # the proof is too short
        return False


def prove_consistency(subtree: Subtree, old: int, new: int) -> Proof:
    """Prove that the tree of the new size begins with that of the old one; raises `IndexError`."""
    if not 0 <= old <= new:
        raise IndexError(f"a tree of {new} leaves does not continue one of {old}")
    first, last, proof = 0, new, []
    while 0 < old < last:
        middle = first + find_split(last - first)
        if old <= middle:
            proof.append(subtree(middle, last))
            last = middle
        else:
            proof.append(subtree(first, middle))
            first = middle
    if first:  # else the old tree is itself a node, which the verifier knows
        proof.append(subtree(first, last))
    return tuple(reversed(proof))


def verify_consistency(
    old: int, new: int, *, roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> bool:
    """Return whether the proof shows that the tree with the second root continues the first."""
    if old == 0:
        return roots[0] == EMPTY_ROOT and new >= 0 and not proof
    siblings = list(proof)

    def rebuild(part: int, width: int, *, is_whole: bool) -> tuple[bytes, bytes]:
        if part == width:
            node = roots[0] if is_whole else siblings.pop()
            return node, node
        middle, sibling = find_split(width), siblings.pop()
        if part <= middle:
            before, after = rebuild(part, middle, is_whole=is_whole)
            return before, hash_children(after, sibling)
        before, after = rebuild(part - middle, width - middle, is_whole=False)
        return hash_children(sibling, before), hash_children(sibling, after)

    try:
        return 0 < old <= new and rebuild(old, new, is_whole=True) == roots and not siblings
    except IndexError:  # the proof is too short
        return False
