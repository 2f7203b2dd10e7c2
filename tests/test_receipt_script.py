"""The script beside the docs: a receipt is genuine to a stranger, and no forged one is."""

import json
import runpy
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import FakeClock
from tests.lives import LIVES, live, resolve
from tests.quick_databases import begin
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.model.json_values import to_plain
from tracker.model.signed_heads import SignedHead

SCRIPT = Path(__file__).parents[1] / "docs" / "verify_receipt.py"
Receipt = dict[str, Any]


def live_and_sign(tracker: Tracker, clock: FakeClock, number: int = 0) -> None:
    live(tracker, clock, LIVES[number])
    resolve(tracker, clock, LIVES[number])


def take_receipt(tracker: Tracker, question: str = "rain") -> Receipt:
    """The receipts of a question as the command prints them."""
    receipts, proof = tracker.resolutions.receipts(question), tracker.resolutions.prove(question)
    shown = {"scores": receipts.scores, "hindsight": receipts.hindsight, "proof": proof}
    plain: Receipt = json.loads(json.dumps(to_plain(shown)))
    return plain


@pytest.fixture
def receipt(tracker: Tracker, clock: FakeClock) -> Receipt:
    begin(tracker, clock, live_and_sign)
    tracker.system.sign_head()
    return take_receipt(tracker)


def check(receipt: Receipt, folder: Path, *key: str) -> None:
    """Run the script; it exits when something is wrong."""
    file = folder / "receipt.json"
    file.write_text(json.dumps(receipt), encoding="utf-8")
    runpy.run_path(str(SCRIPT))["main"](str(file), *key)


def test_a_receipt_is_genuine_to_a_stranger(
    receipt: Receipt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(receipt, tmp_path, receipt["proof"]["head"]["key"])
    assert "Genuine: ada, ben, cem, suggestion, signed 2026-12-26" in capsys.readouterr().out
    assert len(SCRIPT.read_text().splitlines()) <= 100


def test_a_receipt_of_each_kind_is_genuine(
    tracker: Tracker, clock: FakeClock, tmp_path: Path
) -> None:
    begin(tracker, clock, live_and_sign, 2)
    tracker.system.sign_head()
    check(take_receipt(tracker, LIVES[2].id), tmp_path)


def find_entry(receipt: Receipt, kind: str) -> Receipt:
    return next(entry for entry in receipt["proof"]["entries"] if entry["kind"] == kind)


def find_ada(receipt: Receipt) -> Receipt:
    """Ada's Brier score."""
    return next(
        score
        for score in receipt["scores"]
        if (score["forecaster_id"], score["rule"]) == ("ada", "brier")
    )


def rewrite(entry: Receipt, old: str, new: str) -> None:
    assert old in entry["body"]
    entry["body"] = entry["body"].replace(old, new)


def swap_key(receipt: Receipt) -> None:
    """Somebody else signs another root with a key of their own."""
    head, key = receipt["proof"]["head"], Ed25519PrivateKey.generate()
    head["key"] = key.public_key().public_bytes_raw().hex()
    signed = SignedHead.from_line(json.dumps(head)).text
    head["signature"] = key.sign(signed).hex()


def claim_better_forecast(receipt: Receipt) -> None:
    """The receipt has another forecast than the log, with all that follows from it."""
    score = find_ada(receipt)
    first = score["receipt"][0]
    share = first["contribution"] / first["score"]
    first["forecast"]["p"] = 0.9
    first["score"] = 0.1**2
    first["contribution"] = first["score"] * share
    score["mean_while_active"] = sum(line["contribution"] for line in score["receipt"])


def stretch_last_line(receipt: Receipt) -> None:
    find_ada(receipt)["receipt"][-1]["end"] = "2027-12-31T00:00:00+00:00"


def drop_entry(receipt: Receipt, kind: str, subject: str = "rain") -> None:
    """Leave out the first entry of a kind about a subject."""
    entries = receipt["proof"]["entries"]
    entries.remove(next(e for e in entries if (e["kind"], e["subject"]) == (kind, subject)))


FORGERIES: tuple[tuple[Callable[[Receipt], object], str], ...] = (
    (lambda r: rewrite(find_entry(r, "forecast"), '"p":', '"p":0'), "is not in the log"),
    (lambda r: rewrite(find_entry(r, "resolution"), '"yes"', '"no"'), "is not in the log"),
    (lambda r: find_entry(r, "forecast").update(actor='{"by":"eve"}'), "is not in the log"),
    (lambda r: find_entry(r, "forecast").update(seq=3), "is not in the log"),
    (lambda r: find_entry(r, "forecast")["path"].pop(), "is not in the log"),
    (lambda r: find_entry(r, "forecast")["path"].append("00" * 32), "is not in the log"),
    (lambda r: r["proof"]["head"].update(root="00" * 32), "the signature"),
    (lambda r: r["proof"]["head"].update(at="2020-01-01T00:00:00+00:00"), "the signature"),
    (swap_key, "another key"),
    (claim_better_forecast, "is not the one in the log"),
    (stretch_last_line, "is after the question closed"),
    (lambda r: find_ada(r).update(mean_while_active=0.01), "not the sum of its lines"),
    (lambda r: drop_entry(r, "forecast", "rain/ada"), "is not the one in the log"),
    (lambda r: drop_entry(r, "resolution"), "answer is not proven"),
    (lambda r: r.update(proof=None), "there is no signed head"),
)  # fmt: skip


@check_rows(FORGERIES, "forge", "flaw")
def test_a_forged_receipt_is_refused(
    receipt: Receipt, tmp_path: Path, forge: Callable[[Receipt], object], flaw: str
) -> None:
    forged, key = deepcopy(receipt), receipt["proof"]["head"]["key"]
    forge(forged)
    with pytest.raises(SystemExit, match=flaw):
        check(forged, tmp_path, key)


def test_entries_after_the_head_are_named_unsigned(
    receipt: Receipt, tracker: Tracker, clock: FakeClock
) -> None:
    size = receipt["proof"]["head"]["seq"]
    tracker.resolutions.reopen("rain", "too early")
    resolve(tracker, clock, LIVES[0])
    proof = tracker.resolutions.prove("rain")
    assert proof is not None
    assert min(proof.unsigned) > size
    assert {entry.seq for entry in proof.entries} == {
        entry["seq"] for entry in receipt["proof"]["entries"]
    }
