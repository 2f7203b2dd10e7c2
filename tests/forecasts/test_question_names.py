"""Questions are named by what they ask, never by their dates or gaps."""

from forecasts.essays.question_names import MAX_NAME_LENGTH, find_free_name, name_question
from tests.tables import check_rows


@check_rows([
    ("Will Tignes open the Grande Motte to skiers on at least one day in June 2027?", "tignes-open-grande-motte"),
    ("Will at least one venue of the 2030 Games be moved by 31 December 2027?", "venue-games-moved"),
    ("Will a day pass cost more than 100 francs by 29 February 2028?", "pass-cost-100-francs"),
    ("What will the twelve-month change in prices in Norway be in March 2029, in per cent?", "prices-norway"),
    ("Will [… who] be moved by 31 December 2027?", "moved-old-bridge"),
    ("Où se réunira le conseil?", "ou-se-reunira-le"),
    ("Кто?", "old-bridge"),
    ("Will the Bundesverfassungsgericht Donaudampfschifffahrtsgesellschaft sign?", "bundesverfassungsgericht"),
])  # fmt: skip
def test_a_question_is_named_by_its_content_words(text: str, name: str) -> None:
    assert name_question(text, "The old bridge.") == name
    assert len(name) <= MAX_NAME_LENGTH


def test_a_used_name_gets_the_year_then_a_number() -> None:
    used = set[str]()
    for expected in ("dam", "dam-2027", "dam-2027-2", "dam-2027-3"):
        assert find_free_name("dam", used, 2027) == expected
        used.add(expected)
    assert find_free_name("", (), 2027) == "question"
