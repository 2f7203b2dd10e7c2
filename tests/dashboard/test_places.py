"""What the tests of all pages rest on: that no page is left out."""

from dashboard.app import ENTRIES
from tests.e2e.places import PLACES


def test_every_page_of_the_navigation_is_visited_by_the_tests_in_the_browser() -> None:
    assert {place.page for place in PLACES.values()} == set(ENTRIES)
