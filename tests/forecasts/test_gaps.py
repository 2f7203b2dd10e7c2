"""Gaps between forecasters: lines that lie between, and who was nearer while they were apart."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.log_odds import LedgerLine, StoryEffect
from forecasts.questions.families import FamilyId
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from forecasts.questions.timeline import build_timeline
from forecasts.scoring.common_time import compare_paths, trace_losses
from forecasts.scoring.comparison import CommonQuestion
from forecasts.scoring.gap_record import MIN_GAP_FAMILIES, GapRecord, record_gaps
from forecasts.statistics.betting import Differences
from forecasts.statistics.gaps import measure_gap
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.gap_lines import find_gap_lines
from tests.forecasts.scored import read_one
from tests.forecasts.scoring.test_comparison import common
from tests.forecasts.strategies import OPENS, day, question, resolution

ANN, BOB = map(ForecasterId, ("ann", "bob"))
STORY = EvidenceId(7)


def suggest(*lines: tuple[str, float]) -> Suggestion:
    made = tuple(
        LedgerLine(kind, f"why {kind}", nats, 0.5, (StoryEffect(STORY, nats),))  # type: ignore[arg-type]
        for kind, nats in lines
    )
    return Suggestion(QuestionId("q"), OPENS, made, sigmoid(math.fsum(n for _, n in lines)))


NEWS = suggest(("base rate", -1.0), ("time passed", -0.6), ("evidence", 1.0), ("reports", -0.4))


def test_as_few_lines_as_will_do_lie_between() -> None:
    higher = find_gap_lines(NEWS, sigmoid(-0.3))
    assert [(line.kind, line.stories) for line in higher.lines] == [
        ("time passed", (STORY,)),
        ("reports", (STORY,)),
    ]
    assert higher.unexplained == 0.0
    lower = find_gap_lines(NEWS, sigmoid(-3.0))
    assert [line.kind for line in lower.lines] == ["evidence"]
    assert lower.unexplained == pytest.approx(1.0)
    assert find_gap_lines(NEWS, NEWS.p).lines == ()


def test_news_counts_as_doubt_and_scale_leave_it() -> None:
    halved = suggest(("base rate", -1.0), ("evidence", 2.0), ("doubt", -1.0))
    (line,) = find_gap_lines(halved, 0.3).lines
    assert line.log_odds == pytest.approx(1.0)


@given(st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=6), st.floats(0.001, 0.999))
def test_without_the_lines_and_the_rest_the_target_is_reached(nats: list[float], p: float) -> None:
    made = suggest(*(("time passed", each) for each in nats))
    gap = find_gap_lines(made, p)
    removed = math.fsum(abs(line.log_odds) for line in gap.lines)
    size = measure_gap(made.p, p)
    assert removed + gap.unexplained >= size - 1e-6
    assert removed - max((abs(line.log_odds) for line in gap.lines), default=0.0) <= size + 1e-6


def test_only_the_time_of_a_gap_counts() -> None:
    asked, answer = question(days=10), resolution("yes", 10)
    forecasts = {
        ANN: build_timeline([(day(0), Binary(0.2)), (day(4), Binary(0.6)), (day(6), Binary(1.0))]),
        BOB: build_timeline([(day(0), Binary(0.75))]),
    }
    (paths,) = trace_losses(read_one(asked, answer, forecasts))
    size = logit(0.75) - logit(0.2)
    apart = compare_paths(asked, paths[ANN], paths[BOB], min_gap=size)
    assert apart.weights == pytest.approx([0.4, 0.4])
    assert apart.gains == pytest.approx([0.0625 - 0.64, 0.0625])
    never = compare_paths(asked, paths[ANN], paths[BOB], min_gap=9.0)
    assert never.coverage == 0.0


def test_a_record_counts_families_and_turns_round() -> None:
    rows = [common(n, 0.2 if n % 4 else -0.3) for n in range(12)]
    record = record_gaps(rows)
    assert (record.questions, record.families, record.nearer) == (12, 12, 9)
    assert record.advantage == pytest.approx((9 * 0.2 - 3 * 0.3) / 12)
    assert record.low < 0.0 < record.advantage < record.high
    turned = record_gaps([row._replace(differences=_turn(row.differences)) for row in rows])
    assert (turned.nearer, turned.low, turned.high) == pytest.approx((3, -record.high, -record.low))
    copied = record_gaps([common(n, 0.2, family="one") for n in range(12)])
    assert (copied.questions, copied.families, copied.is_enough) == (12, 1, False)


def _turn(differences: Differences) -> Differences:
    return Differences(differences.weights, -differences.gains, differences.bounds)


def test_too_few_gaps_say_nothing() -> None:
    never: list[CommonQuestion] = []
    assert record_gaps(never) == GapRecord(0, 0, 0, 0.0, -1.0, 1.0)
    many = [common(n, 0.1, family=FamilyId(f"f{n}")) for n in range(MIN_GAP_FAMILIES)]
    assert record_gaps(many).is_enough
    assert not record_gaps(many[1:]).is_enough
    assert record_gaps(many).describe("you").startswith("On 10 questions with such a gap you were")
