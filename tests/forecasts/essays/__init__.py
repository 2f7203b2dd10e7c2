"""Essays of our own and their sentences that a reader calls claims: NAME.txt, NAME.claims.tsv
(form, quote).
"""

from pathlib import Path

from forecasts.essays.extract import Sentence, find_claims

HERE = Path(__file__).parent
OWN_ESSAYS = ("bank_outlook", "op_ed", "reflection", "scenario", "tech_blog", "think_tank")
"""Written and labelled before there was a finder; its weights are fitted to them among others."""


def only(text: str) -> Sentence:
    [sentence] = find_claims(text)
    return sentence


def kept(text: str) -> list[str]:
    return [sentence.text for sentence in find_claims(text) if sentence.kept]


def labelled(name: str) -> tuple[str, dict[int, str]]:
    """An essay of our own and the forms of its claims by their offsets."""
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    rows = (HERE / f"{name}.claims.tsv").read_text(encoding="utf-8").splitlines()
    claims = {}
    for form, quote in (row.split("\t") for row in rows):
        assert text.count(quote) == 1, quote
        claims[text.index(quote)] = form
    return text, claims
