"""Signed heads of the log, as they are kept outside the database, and proofs that rest on them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The state of the log at an instant: `root` is that of the Merkle tree over `seq` entries.

    `key` is the public key (Ed25519) of the installation, `signature` its signature of the text.
    `proof` shows that the log continues the head before it, which had `follows` entries. All hashes
    are hexadecimal.
    """

    seq: int
    root: str
    at: datetime
    key: str
    signature: str = ""
    follows: int = 0
    proof: tuple[str, ...] = ()

    @property
    def text(self) -> bytes:
        """Signed text: a title, entries, root and time, each on a line of its own."""
        at = self.at.astimezone(UTC).isoformat()
        return f"scenario-tracker head 1\n{self.seq}\n{self.root}\n{at}\n".encode()

    def to_line(self) -> str:
        """Return the head as one line of JSON."""
        fields = asdict(self) | {"at": self.at.astimezone(UTC).isoformat()}
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> "SignedHead":
        """Parse such a line; raises `ValueError`, `KeyError` or `TypeError` for any other."""
        fields: Mapping[str, Any] = json.loads(line)
        texts = {name: bytes.fromhex(fields[name]).hex() for name in ("root", "key", "signature")}
        at = datetime.fromisoformat(fields["at"]).astimezone(UTC)
        proof = tuple(bytes.fromhex(node).hex() for node in fields.get("proof", ()))
        return cls(int(fields["seq"]), at=at, proof=proof, follows=int(fields["follows"]), **texts)


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A signed head, and the name of the place that keeps it."""

    head: SignedHead
    place: str


@dataclass(frozen=True, slots=True)
class KeptHeads:
    """All heads within reach, `flaws` of the files that keep them, and the key that signs here."""

    heads: tuple[KeptHead, ...] = ()
    flaws: tuple[str, ...] = ()
    own_key: str = ""


@dataclass(frozen=True, slots=True)
class HeadReport:
    """A head that was signed: where it is kept, and where it could not be written, with reasons."""

    head: SignedHead
    places: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry of the log with its inclusion proof: its hash follows from the other fields."""

    seq: int
    entered_at: datetime
    kind: str
    subject: str
    body: str
    prev: str
    actor: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogProof:
    """Proof that a signed head contains these entries; `unsigned` are numbers of later ones."""

    head: SignedHead
    entries: tuple[ProvenEntry, ...]
    unsigned: tuple[int, ...] = ()
