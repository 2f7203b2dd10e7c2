"""Options, numbers and dates: their frames, their charts, and forecasts set by hand."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import charts
from dashboard.components import probability_lines, probability_marks, score_data
from dashboard.components.frames import TIME
from dashboard.question import criteria, distributions_data
from dashboard.question.interval_handles import (
    IntervalHandles,
    build_curve,
    compute_handles,
    count_digits,
    get_open_range,
)
from dashboard.wording.numbers import display_name
from forecasts.distributions.cdf import Cdf, Scale, day_number, uniform_curve
from forecasts.distributions.distribution import Categorical, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.question import Option, Question
from forecasts.questions.timeline import build_timeline
from tests.dashboard.examples import (
    ANA,
    CLOSES,
    GRADE,
    INCIDENTS,
    ME,
    NOW,
    OPENS,
    PEOPLE,
    PRICE,
    QUESTION,
    TREATY,
    VISIT_TO,
    act,
    answered,
    card,
    days,
    page_about,
    price,
    resolution,
    shares,
)
from tests.forecasts.scored import score_question
from tests.forecasts.strategies import cdfs

CHANGED = replace(
    VISIT_TO,
    options=(
        Option("Beijing"),
        Option("Minsk", removed_at=OPENS + days(60)),
        Option("Other"),
        Option("Tehran", added_at=OPENS + days(30)),
    ),
)

# Options


def option_steps(question: Question, *acts: tuple[datetime, Distribution | None]) -> pd.DataFrame:
    """The steps of my lines, one an option."""
    shown = page_about(question, {ME: build_timeline(acts)})
    lines = probability_lines.list_option_lines(shown, ME)
    return probability_lines.steps_frame(lines, (OPENS, NOW))


def test_option_lines() -> None:
    # An option is one step line that runs to the end.
    frame = option_steps(
        VISIT_TO, (OPENS, shares(0.2, 0.5, 0.3)), (OPENS + days(10), shares(0.6, 0.1, 0.3))
    )
    beijing = frame[frame["forecaster"] == "Beijing"]
    assert list(beijing["y"]) == [0.2, 0.6, 0.6]
    assert beijing["time"].iloc[-1] == NOW
    assert set(frame["forecaster"]) == {"Beijing", "Minsk", "Other"}
    # A removed option ends and what it had goes to other.
    frame = option_steps(CHANGED, (OPENS, shares(0.2, 0.5, 0.3)))
    minsk, other = (frame[frame["forecaster"] == name] for name in ("Minsk", "Other"))
    assert [None if pd.isna(p) else p for p in minsk["y"]] == [0.5, 0.5]
    assert minsk["time"].iloc[1] == OPENS + days(60)
    assert list(other["y"]) == [0.3, 0.8, 0.8]
    assert "Tehran" not in set(frame["forecaster"])
    # An option begins where it was first given a share.
    later = Categorical(("Beijing", "Other", "Tehran"), (0.5, 0.2, 0.3))
    frame = option_steps(CHANGED, (OPENS, shares(0.2, 0.5, 0.3)), (OPENS + days(90), later))
    tehran = frame[frame["forecaster"] == "Tehran"]
    assert (tehran["time"].iloc[0], tehran["y"].iloc[0]) == (OPENS + days(90), 0.3)
    # A withdrawal leaves a gap in every option.
    back = shares(0.2, 0.5, 0.3)
    frame = option_steps(VISIT_TO, (OPENS, back), (OPENS + days(5), None), (OPENS + days(9), back))
    assert int(frame["y"].isna().sum()) == 3


def test_the_answer_is_a_mark_at_the_top() -> None:
    # The option that happened is a mark at the top of the range.
    mark = probability_marks.answer_frame(VISIT_TO, answered(VISIT_TO, "minsk"), top=0.25)
    assert list(mark[["y", "forecaster"]].iloc[0]) == [0.25, "Minsk"]
    assert probability_marks.answer_frame(VISIT_TO, None).empty
    assert probability_marks.answer_frame(VISIT_TO, resolution("annulled")).empty
    # It has the colour of its line, and evidence lies below all lines.
    styles = charts.option_lines(["a", "b"], ordered=False)
    layers = frozenset({"options", "answer", "marks"})
    spec = charts.revisions_chart(styles, "probability", (0.0, 0.25), layers=layers)
    (end,), (marks,) = layer_of(spec, "answer"), layer_of(spec, "marks")
    assert end["encoding"]["color"]["scale"]["domain"] == ["a", "b"]
    assert "field" not in marks["encoding"]["y"]
    assert not layer_of(spec, "acts")


# Numbers and dates


def test_fan_and_medians() -> None:
    # A fan holds the middle half and ninety percent.
    line = build_timeline(
        [
            (OPENS, price(10, 41, 120)),
            (OPENS + days(5), None),
            (OPENS + days(9), price(20, 50, 100)),
        ]
    )
    frame = distributions_data.fan_frame(page_about(PRICE, {ME: line}), ME, (OPENS, NOW))
    first = frame.iloc[0]
    assert [first[name] for name in ("low90", "middle", "high90")] == pytest.approx([10, 41, 120])
    assert list(frame["middle"].isna()) == [False, False, True, False, False]
    assert frame["time"].iloc[-1] == NOW
    # What lies beyond the range is drawn at its bound.
    never = Cdf(TREATY.prior.x, (0.0, 0.3))
    frame = distributions_data.fan_frame(
        page_about(TREATY, {ME: build_timeline([(OPENS, never)])}), ME, (OPENS, NOW)
    )
    assert list(frame[["middle", "high90"]].iloc[0]) == [CLOSES, CLOSES]
    assert frame["middle"].dtype == TIME
    below = Cdf((0.0, 200.0), (0.6, 1.0))
    low = distributions_data.fan_frame(page_about(replace(PRICE, scale=replace(PRICE.scale, open_lower=True)),
                                      {ME: build_timeline([(OPENS, below)])}), ME, (OPENS, NOW))  # fmt: skip
    assert low["middle"].iloc[0] == 0.0
    # Everyone elses middle is a line of its own.
    held = {
        ME: build_timeline([(OPENS, price(10, 41, 120))]),
        ANA: build_timeline([(OPENS, price(20, 60, 100))]),
    }
    lines = probability_lines.list_lines(page_about(PRICE, held), ME)
    frame = distributions_data.medians_frame(PRICE, lines, (OPENS, NOW))
    assert set(frame["forecaster"]) == {"You", "Ana", "Base rate"}
    assert frame.loc[frame["forecaster"] == "Ana", "middle"].iloc[0] == pytest.approx(60)


def test_marks_of_answers() -> None:
    # The number that came true is one mark.
    for answer, value in (("41.5", 41.5), ("above", 200.0)):
        assert list(
            distributions_data.value_answer_frame(PRICE, answered(PRICE, answer))["value"]
        ) == [value]
        assert distributions_data.value_answer_frame(PRICE, None).empty
    # The date that came true is a time.
    mark = distributions_data.value_answer_frame(TREATY, answered(TREATY, "2026-03-05"))
    assert mark["value"].iloc[0] == pd.Timestamp("2026-03-05", tz="UTC")


# Tables


def test_options_with_their_base_rates() -> None:
    # Options are listed with their base rate and what became of them.
    frame = criteria.option_priors_frame(CHANGED)
    assert list(frame["option"]) == ["Beijing", "Minsk", "Other", "Tehran"]
    assert pd.isna(frame["prior"].iloc[3])
    assert frame["removed"].iloc[1] == OPENS + days(60)
    assert criteria.option_priors_frame(PRICE).empty


def scored(question: object, answer: object, held: dict) -> tuple:
    return score_question(
        question, answer, {who: build_timeline([(OPENS, d)]) for who, d in held.items()}
    )


def test_scores_and_receipts_by_kind() -> None:
    # Scores stand under the rules of their kind the best first.
    scores = scored(
        PRICE, answered(PRICE, "41"), {ME: price(10, 41, 120), ANA: price(100, 150, 190)}
    )
    frame = score_data.forecaster_scores_frame(PRICE, scores, PEOPLE, ME)
    assert list(frame["forecaster"]) == ["You", "Ana"]
    assert list(frame.columns[:4]) == ["who", "forecaster", "skill", "crps"]
    assert frame["peer"].isna().all()
    assert frame["skill"].is_monotonic_decreasing
    # The headline rule comes first for every kind.
    firsts = {
        kind: score_data.list_rules_for(kind)[0].name
        for kind in ("binary", "categorical", "ordered", "numeric", "date")
    }
    assert firsts == {
        "binary": "brier", "categorical": "brier", "ordered": "ranked", "numeric": "crps", "date": "crps"
    }  # fmt: skip
    # A receipt tells each forecast in words and adds up.
    (score, *_) = scored(PRICE, answered(PRICE, "41"), {ME: price(10, 41, 120)})
    frame = score_data.score_receipt_frame(PRICE, score)
    assert list(frame["said"]) == ["41 (10 to 120) US dollars"]
    assert frame["contribution"].sum() == pytest.approx(score.mean_while_active)
    # A gain of nothing has no sign.
    scores = scored(PRICE, answered(PRICE, "41"), {ME: PRICE.prior})
    assert (
        str(score_data.forecaster_scores_frame(PRICE, scores, PEOPLE, ME)["skill"].iloc[0]) == "0.0"
    )
    # Forecasts made with hindsight are listed.
    frame = score_data.hindsight_frame(QUESTION, [act(1, 0.99, NOW)], PEOPLE, ME)
    assert list(frame.iloc[0]) == ["You", pd.Timestamp(NOW), "99%"]


# Charts


def layer_of(spec: charts.ChartSpec, name: str) -> list[dict]:
    return [layer for layer in spec["layer"] if source_of(spec, layer) == name]


def source_of(spec: charts.ChartSpec, layer: dict) -> str:
    """The frame that a layer draws; one that all layers draw stands at the top."""
    return layer.get("data", spec.get("data"))["name"]


def fields(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["field"]} if isinstance(value.get("field"), str) else set()
        return own.union(*(fields(v) for v in value.values()))
    return set().union(*(fields(v) for v in value)) if isinstance(value, list) else set()


def drawn_of(question: object, held: object, answer: str) -> list[tuple[charts.ChartSpec, dict]]:
    """Every chart of a question with its frames."""
    page = page_about(
        question,
        {ME: build_timeline([(OPENS, held)])},
        resolution=answered(question, answer),
        evidence=(card(1),),
    )
    people = probability_lines.list_question_forecasters(page, ME)
    styles = charts.forecaster_lines(people, [display_name(f, ME) for f in people], ME)
    common = {
        "rules": probability_marks.vertical_rules_frame(page, NOW),
        "marks": probability_marks.evidence_marks_frame(page, "probability"),
    }
    window, resolved = (OPENS, NOW), page.summary.resolution
    if question.scale is None:
        options = charts.option_lines(
            [o.name for o in question.options], ordered=question.kind == "ordered"
        )
        layers = frozenset({"options", "marks", "answer"})
        over = charts.revisions_chart(options, "probability", (0.0, 1.0), layers=layers)
        lines = probability_lines.list_option_lines(page, ME)
        steps = probability_lines.steps_frame(lines, window)
        frames = {
            "steps": steps,
            "crossings": probability_lines.crosshair_frame(lines, window),
            "ends": probability_lines.line_labels_frame(steps, window, (0.0, 1.0)),
            "answer": probability_marks.answer_frame(question, resolved),
        }
        return [(over, common | frames)]
    lines = probability_lines.list_lines(page, ME)
    fan = distributions_data.fan_frame(page, ME, window)
    others = distributions_data.medians_frame(question, lines, window)
    frames = {
        "fan": fan,
        "others": others,
        "ends": distributions_data.fan_labels_frame(question, fan, others, window),
        "crossings": probability_lines.crosshair_frame(lines, window, str),
        "answer": distributions_data.value_answer_frame(question, resolved),
    }
    spec = charts.fan_chart(
        styles, charts.value_axis(question), layers=frozenset({"marks", "answer"})
    )
    return [(spec, common | frames)]


def test_chart_fields_are_columns_of_their_frames() -> None:
    for question, held, answer in (
        (VISIT_TO, shares(0.2, 0.5, 0.3), "Minsk"),
        (GRADE, GRADE.prior, "30 to 40"),
        (PRICE, price(10, 41, 120), "41"),
        (INCIDENTS, INCIDENTS.prior, "40"),
        (TREATY, TREATY.prior, "2026-03-05"),
    ):
        for spec, given_frames in drawn_of(question, held, answer):
            assert json.loads(json.dumps(spec)) == spec
            for layer in spec["layer"]:
                assert fields(layer["encoding"]) <= set(
                    given_frames[source_of(spec, layer)].columns
                )


def test_axes_and_layers_by_kind() -> None:
    # Layers without data are left out.
    styles = charts.option_lines(["a", "b"], ordered=False)
    bare = charts.revisions_chart(styles, "probability", (0.0, 1.0), layers=frozenset({"options"}))
    assert not layer_of(bare, "marks")
    assert not layer_of(bare, "answer")
    alone = charts.fan_chart((), ("number", 0.0))
    assert not layer_of(alone, "marks")
    assert not layer_of(alone, "series")
    # Dates numbers and ratios have an axis of their own.
    assert [charts.value_axis(q) for q in (TREATY, PRICE, INCIDENTS)] == [
        ("date", 0.0),
        ("number", 0.0),
        ("log", 0.0),
    ]
    middle = [layer_of(charts.fan_chart((), charts.value_axis(q)), "fan")[2]["encoding"]["y"]
              for q in (TREATY, PRICE, INCIDENTS)]  # fmt: skip
    assert [y["type"] for y in middle] == ["temporal", "quantitative", "quantitative"]
    assert [y["scale"].get("type") for y in middle] == ["utc", None, "log"]


def test_option_colours() -> None:
    # Options differ by colour or dash and other is grey.
    lines = charts.option_lines([*"abcdefgh", "Other"], ordered=False)
    assert len({(line.colour, line.dash) for line in lines}) == 9
    assert lines[-1].colour == charts.GREY
    # Ordered options go from cool to warm.
    lines = charts.option_lines(list("abcd"), ordered=True)
    assert [line.colour for line in lines] == [
        charts.BLUE,
        charts.SKY,
        charts.ORANGE,
        charts.VERMILLION,
    ]
    assert charts.option_lines(["a"], ordered=True)[0].colour == charts.BLUE


# Handles


def test_handles_place_the_answer_in_the_range() -> None:
    # Handles say where the answer lies if it lies in the range.
    assert TREATY.scale is not None
    start, end = TREATY.scale.lower, TREATY.scale.upper
    made = set_by_hand(
        TREATY, TREATY.prior, IntervalHandles(start + 100, start + 200, start + 300, above=0.4)
    )
    assert made.above == pytest.approx(0.4)
    assert made.at(start + 200) == pytest.approx(0.3)
    assert made.x[-1] == end
    # A closed range holds everything exactly.
    closed = Scale(0.0, 200.0)
    made = set_by_hand(over(closed), uniform_curve(closed), IntervalHandles(50, 90, 150))
    assert (made.below, made.above) == (0.0, 0.0)
    # Handles of a forecast without room are spread evenly.
    assert PRICE.scale is not None
    assert compute_handles(Cdf((0.0, 200.0), (0.0, 0.0)), PRICE.scale) == IntervalHandles(
        50, 100, 150, above=1.0
    )
    # Half a day belongs to tomorrow.
    assert get_open_range(TREATY, NOW + timedelta(hours=12)).lower == day_number(NOW) + 1


def set_by_hand(question: Question, held: Distribution, given: IntervalHandles) -> Cdf:
    """The forecast of somebody who begins with `held` and sets all inputs."""
    assert isinstance(held, Cdf)
    assert question.scale is not None
    return build_curve(held, get_open_range(question, OPENS - days(1)), given, question.scale)


def over(scale: Scale) -> Question:
    return replace(PRICE, scale=scale, prior=uniform_curve(scale))


OTHER_RANGES = (
    Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0),
    Scale(0.0, 0.004),
    Scale(-3e6, 5e7, open_lower=True),
)
BY_HAND = (PRICE, INCIDENTS, TREATY, *map(over, OTHER_RANGES))


@given(st.data(), st.sampled_from(BY_HAND), st.sampled_from([None, 0, 1, 2]))
def test_what_was_not_moved_stays_exact(
    data: st.DataObject, question: Question, moved: int | None
) -> None:
    assert question.scale is not None
    held = data.draw(cdfs(question.scale).filter(lambda curve: curve.p[-1] - curve.below > 0.01))
    left = get_open_range(question, OPENS - days(1))
    handles: list[float | None] = [None] * 5
    if moved is None:
        assert build_curve(held, left, handles, question.scale) == held
        return
    step = 1.5 * 10.0 ** -count_digits(left) if question.kind == "numeric" else 1.0
    exact = compute_handles(held, left)
    handles[moved] = exact[moved] + step
    try:
        made = build_curve(held, left, handles, question.scale)
    except InvalidForecast:  # the one that was moved met its neighbour or the bound
        return
    assert (made.below, made.above) == pytest.approx((held.below, held.above), abs=1e-9)
    for nr, q in enumerate((0.25, 0.5, 0.75)):
        value = handles[nr] or exact[nr]
        if value < left.upper:
            assert made.at(value) == pytest.approx(
                held.below + q * (held.p[-1] - held.below), abs=1e-6
            )


def test_changed_mass_beyond_the_range_keeps_the_inner_shape() -> None:
    assert PRICE.scale is not None
    held = price(20.0, 41.0, 150.0, above=0.031)
    assert isinstance(held, Cdf)
    made = build_curve(held, PRICE.scale, (None, None, None, None, 0.2), PRICE.scale)
    assert made.above == pytest.approx(0.2)
    for value in (10.0, 20.0, 41.0, 150.0):
        assert made.at(value) / 0.8 == pytest.approx(held.at(value) / 0.969, abs=1e-6)


@given(
    st.floats(0.0, 0.45),
    st.floats(0.0, 0.45),
    st.lists(st.floats(1.0, 199.0), min_size=3, max_size=3, unique=True),
)
def test_a_forecast_made_of_handles_gives_them_back(
    below: float, above: float, places: list[float]
) -> None:
    scale = Scale(0.0, 200.0, open_lower=True, open_upper=True)
    low, middle, high = sorted(places)
    if middle - low < 0.5 or high - middle < 0.5:
        return
    made = set_by_hand(
        over(scale), uniform_curve(scale), IntervalHandles(low, middle, high, below, above)
    )
    found = compute_handles(made, scale)
    assert (found.below, found.above) == pytest.approx((below, above))
    assert (found.low, found.middle, found.high) == pytest.approx((low, middle, high))


def test_impossible_handles_are_refused() -> None:
    for handles in (
        IntervalHandles(120, 100, 150),
        IntervalHandles(-5, 100, 150),
        IntervalHandles(50, 100, 250),
        IntervalHandles(50, 100, 150, above=1.1),
    ):
        with pytest.raises(InvalidForecast):
            set_by_hand(PRICE, PRICE.prior, handles)


def test_past_dates_get_nothing_once_a_handle_moves() -> None:
    assert isinstance(TREATY.prior, Cdf)
    assert TREATY.scale is not None
    left = get_open_range(TREATY, NOW)
    low = compute_handles(TREATY.prior, left).low
    assert low > left.lower == day_number(NOW)
    made = build_curve(TREATY.prior, left, (low + 3, None, None, None, None), TREATY.scale)
    assert made.at(day_number(NOW)) == 0.0
    assert made.x[0] == TREATY.scale.lower


def test_whole_range_is_open_where_no_time_is_over() -> None:
    for question, now in ((PRICE, NOW), (TREATY, OPENS - days(9)), (TREATY, CLOSES - days(1))):
        assert get_open_range(question, now) == question.scale
