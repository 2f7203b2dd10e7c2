"""The weights of the claim finder are those of the labels, and can be fitted again."""

from pathlib import Path

from click.testing import CliRunner

from forecasts.essays.extract import read_weights
from tests.training import claims
from tests.training.claims import LabelledSentence, fit_head, hash_sentence, read_sentences

TEXT = "Prices will rise. Prices fell. The essay will show why. Prices are rising."


def test_labels_are_found_by_the_hash_of_a_sentence() -> None:
    labels = {
        hash_sentence("Prices will rise."): "prediction",
        hash_sentence("Prices fell."): "none",
    }
    sentences = read_sentences(TEXT, lambda text, *_: labels.get(hash_sentence(text), ""))
    assert [(s.text, s.label) for s in sentences] == [
        ("Prices will rise.", "prediction"),
        ("Prices fell.", "none"),
    ]
    assert sentences[0].amounts["will"] == 1


def test_a_cue_of_predictions_gets_a_positive_weight() -> None:
    sentences = [LabelledSentence("a", "prediction", {"will": 1.0})] * 20
    sentences += [LabelledSentence("b", "none", {"past tense": 1.0})] * 20
    sentences += [LabelledSentence("c", "testable", {"rising": 1.0})] * 20
    names = ["past tense", "rising", "will"]
    prediction = fit_head(sentences, names, "prediction")
    assert prediction["will"] > 1
    assert prediction["past tense"] < -1
    assert fit_head(sentences, names, "background")["rising"] > 1


def test_the_table_names_source_and_licence_of_each_text() -> None:
    lines = claims.LABELS.read_text("utf-8").splitlines()
    named = {line[2:].partition(":")[0] for line in lines if line.startswith("# ")}
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert {row[0] for row in rows} <= named
    assert {row[2] for row in rows} == {"prediction", "testable", "none"}
    assert len({(row[0], row[1]) for row in rows}) > 1_500


def test_a_missing_text_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(claims.main, [str(tmp_path)])
    assert result.exit_code == 1
    assert "belloc_servile.txt is missing" in result.output


def test_shipped_weights_tell_what_a_reader_expects() -> None:
    weights = read_weights()["prediction"]
    positive = ("will", "would", "expected", "year ahead", "frame before")
    negative = ("past tense", "perfect tense", "the text itself", "wish", "reader")
    assert all(weights[name] > 0 for name in positive)
    assert all(weights[name] < 0 for name in negative)
