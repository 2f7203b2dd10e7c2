"""A figure that lies beyond a statement's threshold decides its side, and nothing else does."""

from tests.tables import check_rows
from tracker.matching.matching_profile import Profile
from tracker.matching.priced_things import find_priced_subject
from tracker.matching.thresholds import compare_with_threshold, find_threshold


@check_rows(
    [
        ("Zinc rises above $3,000", "Zinc hits $3,150", 1),
        ("Zinc rises above $3,000", "Zinc hits 3,150 in London", 1),
        ("Zinc rises above $3,000", "Zinc slips to $2,700", -1),
        ("Zinc rises above $3,000", "Zinc climbs to $2,900", 0),
        ("Zinc rises above $3,000", "Zinc rises by $90", 0),
        ("Zinc rises above $3,000", "Zinc may hit $3,150", 0),
        ("Zinc rises above $3,000", "Zinc nears $3,000", 0),
        ("Zinc rises above $3,000", "Tin hits $3,150", 0),
        ("Zinc falls below $3,000", "Zinc hits $3,150", -1),
        ("Zinc falls below $3,000", "Zinc drops to $2,950", 1),
        ("Inflation in Peru rises above 4%", "Inflation in Peru accelerates to 4.3%", 1),
        ("Inflation in Peru rises above 4%", "Inflation in Peru at 3.1%", -1),
        ("Inflation in Peru rises above 4%", "Inflation in Peru up 5 points", 0),
        ("Petrol in Accra stays below 20 a litre", "Petrol in Accra at 21 a litre", -1),
        ("Market value of Acme rises above $2 trillion", "Market value of Acme passes $2.1trn", 1),
        ("Regulator hits Acme with a fine over $1 billion", "Acme gets fine of $1.3bn", 1),
        ("More than 900 people are detained", "Some 300 people detained so far, of 400 people", 0),
        ("Zinc and tin meet", "Zinc hits $3,150", None),
        ("Peso stays above 80 to the dollar", "Peso at 82 to the dollar", None),
    ]
)
def test_only_a_figure_beyond_the_threshold_decides(
    statement: str, headline: str, side: int | None
) -> None:
    threshold = find_threshold(statement)
    assert (threshold and compare_with_threshold(headline, threshold)) == side


def test_the_reverse_statement_gives_the_reverse_side() -> None:
    above, below = (
        find_threshold("Zinc rises above $3,000"),
        find_threshold("Zinc stays below $3,000"),
    )
    assert above is not None
    assert below is not None
    for headline in ("Zinc hits $3,150", "Zinc slips to $2,700", "Zinc climbs to $2,900"):
        assert compare_with_threshold(headline, above) == -compare_with_threshold(headline, below)


@check_rows(
    [
        ("Silver rises above $40", (), ("silver",)),
        ("Price of Brent crude falls", (("Brent",),), ("Brent", "crude", "oil")),
        ("Acme rises above $90", (("Acme",),), ("Acme",)),
        ("Peru rises to the challenge", (("Peru",),), ()),
    ]
)
def test_a_price_is_the_price_of_something(
    statement: str, names: tuple[tuple[str, ...], ...], subject: tuple[str, ...]
) -> None:
    assert find_priced_subject(statement, names) == subject


def test_the_words_of_a_profile_hold_its_subject() -> None:
    assert "bullion" in Profile("Gold rises above $9,000", subject=("gold", "bullion")).words
