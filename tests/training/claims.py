"""Refits the weights of the claim finder: `python -m tests.training.claims FOLDER`.

FOLDER holds the texts that `claim_labels.tsv` names, each as NAME.txt; the table has their source,
licence and labels, and no word of them. The project's own essays in `tests/forecasts/essays` are
read, too. Prints how well each text is labelled by weights fitted to the others.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, get_args

import click
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from forecasts.essays.extract import MIN_CLAIM_SCORE, describe_cues
from forecasts.essays.extraction.cleaning import find_exclusion_reasons, strip_essay_markup
from forecasts.essays.extraction.cues import normalise_spelling
from forecasts.essays.extraction.segmentation import segment_sentences
from tests.acceptance.evaluation.claim_figures import Rates, finds_modal_verb

Floats = NDArray[np.float64]
Label = Literal["prediction", "testable", "none"]
LABEL_OF: Final[Mapping[str, Label]] = {label: label for label in get_args(Label)}

HERE: Final = Path(__file__).parent
LABELS: Final = HERE / "claim_labels.tsv"
OWN: Final = HERE.parent / "forecasts" / "essays"
WEIGHTS: Final = HERE.parents[1] / "forecasts" / "essays" / "extraction" / "weights.toml"
PENALTY: Final = 2.0
"""Half the inverse variance of a weight before the data; chosen among 0.5, 1, 2 and 4."""

HEAD: Final = """\
# Weights of the claim finder: what each cue adds to the log-odds that a sentence is a prediction, or
# else a background fact. Logistic regression with a normal prior, fitted by
# `python -m tests.training.claims FOLDER --write` to 2,000 sentences of 26 texts: speeches, essays,
# treatises, news, plans, pages of history and travel. The name of the constant term is "".\
"""

MIN_SENTENCES: Final = 10
"""Sentences with a cue from which it has a weight."""

_BACKGROUND: Final = ("trend", "status quo")


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """Sentence of a text with its label and the amounts of its cues; none if it was excluded."""

    text: str
    label: Label
    amounts: Mapping[str, float]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Write the weights fitted to all texts.")
def main(folder: Path, *, write: bool) -> None:
    """Fit the weights to the labelled texts in FOLDER, and print how well they do elsewhere."""
    texts = {**_read_texts(folder), **_read_own()}
    names = _choose_names([s for rows in texts.values() for s in rows])
    model, modal = Rates(), Rates()
    for left_out, sentences in texts.items():
        others = [s for name, rows in texts.items() if name != left_out for s in rows]
        weights = fit_head(others, names, "prediction")
        truths = [s.label == "prediction" for s in sentences]
        proposed = [bool(s.amounts) and _rate(s, weights) >= MIN_CLAIM_SCORE for s in sentences]
        by_modal = [finds_modal_verb(s.text) for s in sentences]
        rates, modal_rates = Rates.count(truths, proposed), Rates.count(truths, by_modal)
        click.echo(f"{left_out:26} {len(sentences):4} {rates}   modal verbs {modal_rates}")
        model, modal = model + rates, modal + modal_rates
    click.echo(f"{'all':26} {'':4} {model}   modal verbs {modal}")
    if write:
        _write_weights([s for rows in texts.values() for s in rows], names)


def _choose_names(sentences: Sequence[LabelledSentence]) -> list[str]:
    """Return the cues that stand in at least ten sentences."""
    counts = Counter(name for sentence in sentences for name in sentence.amounts)
    return sorted(name for name, count in counts.items() if count >= MIN_SENTENCES)


def fit_head(
    sentences: Sequence[LabelledSentence], names: Sequence[str], head: str
) -> dict[str, float]:
    """Return the weights of one head; "background" is fitted to what is no prediction."""
    used = [s for s in sentences if s.amounts]
    target: Label = "prediction" if head == "prediction" else "testable"
    used = [s for s in used if head == "prediction" or s.label != "prediction"]
    cues = np.array([[1.0, *(s.amounts.get(name, 0.0) for name in names)] for s in used])
    truths = np.array([float(s.label == target) for s in used])
    penalty = np.array([0.0, *[PENALTY] * len(names)])

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = cues @ weights
        value = np.sum(np.logaddexp(0, logits) - truths * logits) + penalty @ weights**2 / 2
        slope = cues.T @ (1 / (1 + np.exp(-logits)) - truths) + penalty * weights
        return float(value), slope

    fitted = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B").x
    return dict(zip(("", *names), map(float, fitted), strict=True))


def _rate(sentence: LabelledSentence, weights: Mapping[str, float]) -> float:
    logit = weights[""] + sum(weights.get(name, 0.0) * n for name, n in sentence.amounts.items())
    return float(1 / (1 + np.exp(-logit)))


def _read_texts(folder: Path) -> dict[str, list[LabelledSentence]]:
    rows = [row.split("\t") for row in LABELS.read_text("utf-8").splitlines()]
    labels = {(row[0], row[1]): row[2] for row in rows if len(row) == 3 and row[0][0] != "#"}
    texts = {}
    for name in dict.fromkeys(name for name, _ in labels):
        path = folder / f"{name}.txt"
        if not path.is_file():
            raise click.ClickException(f"{path} is missing: {LABELS.name} names its source")
        own = {digest: label for (text, digest), label in labels.items() if text == name}
        texts[name] = read_sentences(path.read_text("utf-8"), partial(_look_up, own))
    return texts


def _look_up(labels: Mapping[str, str], text: str, _start: int, _end: int) -> str:
    return labels.get(hash_sentence(text), "")


def _read_own() -> dict[str, list[LabelledSentence]]:
    texts = {}
    for path in sorted(OWN.glob("*.txt")):
        text = path.read_text("utf-8")
        lines = path.with_suffix(".claims.tsv").read_text("utf-8").splitlines()
        forms = {text.index(quote): form for form, quote in (line.split("\t") for line in lines)}

        def label(_text: str, start: int, end: int, forms: dict[int, str] = forms) -> str:
            inside = {form for at, form in forms.items() if start <= at < end}
            if not inside:
                return "none"
            return "testable" if inside <= {*_BACKGROUND} else "prediction"

        texts[f"own {path.stem}"] = read_sentences(text, label)
    return texts


def read_sentences(
    text: str, choose_label: Callable[[str, int, int], str]
) -> list[LabelledSentence]:
    """Return the labelled sentences of a text; what has no label, such as "Yes.", is left out."""
    spans = segment_sentences(text)
    quotes = [strip_essay_markup(text[span.offset : span.end]) for span in spans]
    spellings = [normalise_spelling(quote) for quote in quotes]
    reasons = find_exclusion_reasons(text, spans, spellings)
    body = [index for index, reason in enumerate(reasons) if not reason]
    described = describe_cues([spellings[index] for index in body])
    amounts = dict(zip(body, (amounts for _, amounts in described), strict=True))
    sentences = []
    for index, (span, quote) in enumerate(zip(spans, quotes, strict=True)):
        label = choose_label(quote, span.offset, span.end)
        if label:
            sentences.append(LabelledSentence(quote, LABEL_OF[label], amounts.get(index, {})))
    return sentences


def _write_weights(sentences: Sequence[LabelledSentence], names: Sequence[str]) -> None:
    lines = [HEAD]
    for head in ("prediction", "background"):
        weights = fit_head(sentences, names, head)
        lines += [f"\n[{head}]", *(f'"{name}" = {value:.2f}' for name, value in weights.items())]
    WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")


def hash_sentence(text: str) -> str:
    """Return the first twelve hexadecimal digits of the SHA-256 of a sentence."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


if __name__ == "__main__":
    main()
