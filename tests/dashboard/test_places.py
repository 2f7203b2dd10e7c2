"""What the tests of all pages rest on: that no page is left out."""

import ast
import re
from pathlib import Path

from dashboard.components.visit import PAGES
from tests.e2e.places import PLACES
from tests.pictures import OUT, names

BROWSER = Path(__file__).parent.parent / "e2e"
BEHAVIOURS = set(range(1, 21))
"""Those that the docs promise."""


def test_every_page_of_the_navigation_is_visited_in_the_browser() -> None:
    assert {place.page for place in PLACES.values()} == set(PAGES)


def test_the_docs_show_every_page_and_stay_light() -> None:
    assert {place.page for place in PLACES.values() if place.pictured} == set(PAGES)
    shown = re.findall(
        r'src="pictures/([\w-]+\.png)"', OUT.with_name("pages.md").read_text("utf-8")
    )
    assert shown == names()
    assert [name for name in shown if not (OUT / name).is_file()] == []
    assert sum(file.stat().st_size for file in OUT.iterdir()) < 4_500_000


def test_every_promised_behaviour_has_a_browser_test() -> None:
    assert set(behaviours()) == BEHAVIOURS


def behaviours() -> list[int]:
    """The behaviours that tests in a browser prove."""
    functions = [
        node
        for file in BROWSER.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
    ]
    decorators = [
        " ".join(map(ast.unparse, node.decorator_list))
        for node in functions
        if hasattr(node, "decorator_list")
    ]
    return [int(n) for text in decorators for n in re.findall(r"mark\.behaviour\((\d+)\)", text)]
