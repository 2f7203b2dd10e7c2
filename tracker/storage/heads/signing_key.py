"""The installation's key: made at first use, kept in a private file. Only here is Ed25519 used.

A key beside the database protects against accidents and against whoever has the database alone, not
against the owner of the machine: heads that are kept elsewhere do.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.errors import Refused
from tracker.files.user_files import read_bytes, write_privately
from tracker.model.signed_heads import SignedHead

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAX_KEY_BYTES: Final = 10_000


def read_public_key(file: Path) -> str:
    """Return the public key of a file in hexadecimal, "" without a file; raises `Refused`."""
    return _to_public(_load_key(file)) if file.exists() else ""


def make_key(file: Path) -> str:
    """Return the public key of a file, which is made if it is missing; raises `Refused`."""
    if not file.exists():
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with write_privately(file) as target:
            target.write(pem)
    return read_public_key(file)


def sign_head(file: Path, head: SignedHead) -> SignedHead:
    """Return a head with its signature by the key of a file; raises `Refused`."""
    return replace(head, signature=_load_key(file).sign(head.text).hex())


def is_signed(head: SignedHead) -> bool:
    """Return whether a head is signed by the key that it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
        key.verify(bytes.fromhex(head.signature), head.text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _load_key(file: Path) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(read_bytes(file, MAX_KEY_BYTES), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(
            f"{file} holds no Ed25519 key without a password: put the key back, or move the file "
            "away for a new one"
        )
    return key


def _to_public(key: "Ed25519PrivateKey") -> str:
    return key.public_key().public_bytes_raw().hex()
