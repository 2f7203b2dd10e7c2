"""The word by which an essay commits itself, and how sure it sounds."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.track_record import SURENESS, estimate_sureness, head_word
from tests.forecasts.strategies import law
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/commitment")


@check_rows(TABLES["claims_are_counted_by_the_word_that_carries_them"])
def test_claims_are_counted_by_the_word_that_carries_them(said: str, word: str) -> None:
    assert head_word(said) == word


@check_rows(
    [
        ("will (0.9)", 0.9),
        ("difficult to see (80 %)", 0.8),
        ("will", 1.0),
        ("won't", 1.0),
        ("might well", 0.4),
        ("would perhaps", 0.5),
        ("might perhaps", 0.4),
        ("is likely to", 0.75),
        ("ought to", 0.7),
        ("are going to", 0.95),
        ("will (question)", None),
        ("present perfect", None),
        ("will (7)", None),
        ("", None),
    ]
)
def test_a_given_figure_outranks_its_word(said: str, sure: float | None) -> None:
    assert estimate_sureness(said) == sure


@law
@given(st.text(max_size=40))
def test_every_claim_has_a_word_and_a_figure(said: str) -> None:
    assert head_word(said).strip()
    sure = estimate_sureness(said)
    assert sure is None or 0.0 <= sure <= 1.0


@law
@given(
    st.sampled_from(sorted(SURENESS)),
    st.sampled_from(["", " not", " easily", " have to"]),
    st.integers(0, 100),
)
def test_a_verb_keeps_its_place_whatever_follows_it(verb: str, rest: str, percent: int) -> None:
    assert head_word(f"{verb.title()}{rest} ({percent / 100})") == verb
    assert estimate_sureness(f"{verb}{rest} ({percent / 100})") == percent / 100
