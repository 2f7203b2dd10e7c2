"""Check a receipt of the scenario tracker without the tracker.

    tracker accuracy receipts QUESTION --json > receipt.json
    python verify_receipt.py receipt.json [PUBLIC_KEY]

It says whose forecasts are in the signed log and give these scores, or what is wrong (exit code 1).
"""

import json
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def require(is_true, flaw):
    """Stop with what is wrong."""
    if not is_true:
        sys.exit(f"FORGED: {flaw}")


def check_head(head, known_key):
    """Check the signature of the head, and whose it is."""
    require(known_key in (None, head["key"]), "the head is signed with another key")
    signed = f"scenario-tracker head 1\n{head['seq']}\n{head['root']}\n{head['at']}\n".encode()
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["key"]))
        key.verify(bytes.fromhex(head["signature"]), signed)
    except (InvalidSignature, ValueError):
        require(False, "the signature of the head is wrong")


def rebuild_root(leaf, place, width, path):
    """Work the root out from a leaf and its path (RFC 9162, 2.1.3)."""
    if width == 1 or not path:
        return leaf if width == 1 and not path else b""
    middle, *inner, sibling = 1 << ((width - 1).bit_length() - 1), *path
    if place < middle:
        return sha256(b"\1" + rebuild_root(leaf, place, middle, inner) + sibling).digest()
    node = rebuild_root(leaf, place - middle, width - middle, inner)
    return sha256(b"\1" + sibling + node).digest()


def check_entry(entry, head):
    """Check that the log of the head has this entry, and return what the entry says."""
    fields = ("seq", "entered_at", "kind", "subject", "body", "prev", "actor")
    parts = [entry[name] for name in fields if entry[name] or name != "actor"]
    entry_hash = sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
    leaf, path = sha256(b"\0" + entry_hash.encode()).digest(), [*map(bytes.fromhex, entry["path"])]
    root = rebuild_root(leaf, entry["seq"] - 1, head["seq"], path)
    require(root.hex() == head["root"], f"entry {entry['seq']} is not in the log of the head")
    return json.loads(entry["body"])


def check_line(line, acts, close):
    """Check an interval of a score: what stood, since when, and until when."""
    start, end = (datetime.fromisoformat(line[name]) for name in ("start", "end"))
    require(end <= close, f"{line['end']} is after the question closed or was answered")
    made = [(datetime.fromisoformat(act["made_at"]), act["distribution"]) for act in acts]
    stood = [number for at, number in made if at <= start][-1:] or [None]
    for number in [*stood, *(number for at, number in made if start < at < end)]:
        is_same = number and line["forecast"].items() <= number.items()
        require(is_same, f"the forecast from {line['start']} on is not the one in the log")


def check_score(score, facts):
    """Check a score against forecasts and answer; return whose it is if it rests on entries."""
    answer, question = facts["resolution"][-1], facts["question"][0]
    acts = sorted(facts["forecast"], key=lambda act: act["made_at"])
    acts = [act for act in acts if act["forecaster_id"] == score["forecaster_id"]]
    close = min(map(datetime.fromisoformat, (question["closes_at"], answer["known_at"])))
    for line in score["receipt"] if acts else ():
        check_line(line, acts, close)
        if (score["rule"], question["kind"]) == ("brier", "binary"):
            error = line["forecast"]["p"] - (answer["outcome"] == "yes")
            require(abs(error**2 - line["score"]) < 1e-9, "a Brier score is not its forecast's")
    total = sum(line["contribution"] for line in score["receipt"])
    off = abs(total - (score["mean_while_active"] or 0))
    require(off < 1e-9, f"the {score['rule']} score is not the sum of its lines")
    return score["forecaster_id"] if acts else ""


def main(file, known_key=None):
    """Check a receipt."""
    receipt = json.loads(Path(file).read_text(encoding="utf-8"))
    proof, facts = receipt["proof"], {"forecast": [], "question": [], "resolution": []}
    require(proof, "there is no signed head: `tracker system sign` makes one")
    check_head(proof["head"], known_key)
    for entry in sorted(proof["entries"], key=lambda entry: entry["seq"]):
        facts[entry["kind"]].append(check_entry(entry, proof["head"]))
    require(facts["question"] and facts["resolution"], "question or answer is not proven")
    names = sorted({check_score(score, facts) for score in receipt["scores"]} - {""})
    sys.stdout.write(f"Genuine: {', '.join(names) or 'nobody'}, signed {proof['head']['at']}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
