"""Figures in claims: their units, on which side of them the claim comes true, and no dates."""

from forecasts.essays.drafting.figures import parse_figures
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/draft_figures")


@check_rows(TABLES["a_figure_has_a_unit_and_a_side"])
def test_a_figure_has_a_unit_and_a_side(text: str, words: str, bears_out: str) -> None:
    figure = parse_figures(text)[0]
    assert (figure.words, figure.bears_out(negated=False)) == (words, bears_out)


@check_rows(TABLES["these_numbers_are_no_figures"])
def test_these_numbers_are_no_figures(text: str) -> None:
    assert not parse_figures(text)


def test_a_denied_figure_is_borne_out_on_the_other_side() -> None:
    (figure,) = parse_figures("exceed 5 %")
    assert figure.bears_out(negated=True) == "at most 5"


def test_a_counted_thing_gives_its_unit_to_a_bare_number() -> None:
    assert parse_figures("reach 120 million", "data centres")[0].words == "120 million data centres"
    assert parse_figures("exceed 40 billion")[0].words == "40 billion [… unit]"
