"""A frame is made once of the same values, and anew of any other."""

from dashboard.components.frames import MAX_ENTRIES, memoise
from dashboard.components.probability_lines import default_lines
from dashboard.question.revision_chart import ChartView, ZoomWindow, build_drawing
from tests.dashboard.examples import ME, NOW, OPENS, card, page


def test_frames_are_memoised_by_value() -> None:
    # The same values are not gone through again and other ones are.
    made: list[tuple[object, ...]] = []

    @memoise()
    def note(large: object, *small: object) -> int:
        made.append((large, *small))
        return len(made)

    first, alike = [1, 2], [1, 2]
    assert [
        note(first, "a"),
        note(first, "a"),
        note(first, "b"),
        note(alike, "a"),
        note(first, "a"),
    ] == [1, 1, 2, 3, 1]
    # Two large values are told apart where there are two.
    add = memoise(2)(lambda one, other: [*one, *other])
    one, two, three = [1], [2], [3]
    assert (add(one, two), add(one, three), add(one, two)) == ([1, 2], [1, 3], [1, 2])
    # What is gone is never taken for what came in its place.
    copied = memoise()(list)
    assert [copied([n]) for n in range(3 * MAX_ENTRIES)] == [[n] for n in range(3 * MAX_ENTRIES)]
    # Only what was asked for last is kept.
    copied = memoise()(list)
    values = [(n,) for n in range(MAX_ENTRIES + 1)]
    first = copied(values[0])
    assert copied(values[0]) is first
    for value in values:
        copied(value)
    assert copied(values[0]) is not first
    # What a chart draws is made once while the page is the same.
    shown, look = (
        page(evidence=(card(1), card(2))),
        ChartView(ME, ZoomWindow((OPENS, NOW), NOW)),
    )
    lines = default_lines(shown, ME)
    assert build_drawing(shown, lines, look) is build_drawing(shown, default_lines(shown, ME), look)
    assert build_drawing(page(evidence=(card(1), card(2), card(3))), lines, look).marks == 3
