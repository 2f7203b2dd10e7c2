"""Signposts of a question set: indicators.toml."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from forecasts.evidence.evidence import (
    Direction,
    Expectation,
    Indicator,
    IndicatorId,
    Strength,
    strength_from_words,
)
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.question_sets.record_reader import SetFile, SetRecord, require_unique_ids
from forecasts.question_sets.toml_text import TomlValue
from forecasts.questions.question import Kind, Question, QuestionId

STRENGTHS = tuple(s.name.lower() for s in Strength)

SIDE_KEYS: tuple[tuple[str, Direction, Kind | None], ...] = (
    ("yes", Direction.YES, None),
    ("no", Direction.NO, None),
    ("higher", Direction.YES, "numeric"),
    ("lower", Direction.NO, "numeric"),
    ("earlier", Direction.YES, "date"),
    ("later", Direction.NO, "date"),
)
"""Keys that name questions, with the direction of the indicator and the required kind (None: any).
"""

_Questions = Mapping[QuestionId, Question]


def read_indicators(file: SetFile, questions: _Questions) -> tuple[Indicator, ...]:
    """Read the indicators of a set; raises `InvalidQuestionSet`."""
    file.allow_only("indicator")
    return require_unique_ids(
        (record, indicator)
        for record in file.records("indicator")
        for indicator in _read_indicator(record, questions)
    )


def _read_indicator(record: SetRecord, questions: _Questions) -> list[Indicator]:
    """Read an entry, which gives one `Indicator` for each question that it names."""
    name, slug = record.read_text("name"), record.read_slug()
    half_life, usual = _read_half_life(record), _read_usual_rate(record)
    terms, unless, examples = (
        _read_terms(record),
        record.read_texts("unless"),
        record.read_texts("examples", required=True),
    )
    opposites = record.read_texts("opposites")
    sides = [
        (key, side, questions[question]) for key, side, question in _read_sides(record, questions)
    ]
    strength = _read_strength(record, {side for _, side, _ in sides})
    options, expectation = (
        _read_options(record, [question for _, _, question in sides]),
        _read_expectation(record, sides),
    )
    if expectation is not None:
        _compare_strength(record, strength, expectation)
    record.refuse_unknown_keys()
    return [
        Indicator(
            IndicatorId(f"{question.id}/{slug}"),
            question.id,
            name,
            side,
            strength,
            terms,
            unless,
            examples,
            half_life,
            usual,
            opposites,
            expectation if expectation and _is_open_on(question, expectation) else None,
            options.get(question.id, ""),
        )
        for _, side, question in sides
    ]


def _read_strength(record: SetRecord, sides: Collection[Direction]) -> Strength:
    """Read the strength, given as a word or derived from `how_expected`."""
    how_expected = record.get("how_expected")
    if how_expected is None:
        return Strength[record.read_choice("strength", STRENGTHS).upper()]
    if record.get("strength") is not None:
        record.refuse("strength and how_expected say the same: give one of them", "how_expected")
    if not isinstance(how_expected, dict) or set(how_expected) != {"if_yes", "if_no"}:
        record.refuse(
            'how_expected must be such as { if_yes = "likely", if_no = "unlikely" }', "how_expected"
        )
    side, strength = record.check_value(
        lambda: strength_from_words(str(how_expected["if_yes"]), str(how_expected["if_no"])),
        "how_expected",
    )
    if strength is Strength.NONE:
        record.refuse(
            "how_expected says that it is as likely one way as the other: such news says nothing",
            "how_expected",
        )
    if set(sides) != {side}:
        key = "yes" if side is Direction.YES else "no"
        record.refuse(
            f"how_expected speaks for {side.name}, so its questions stand under {key!r} alone",
            "how_expected",
        )
    return strength


def _compare_strength(record: SetRecord, strength: Strength, expectation: Expectation) -> None:
    """Refuse a strength that differs by more than a step from the words, by which it is weighed."""
    _, by_words = strength_from_words(expectation.if_yes, expectation.if_no)
    if abs(strength - by_words) > 1:
        record.refuse(
            f"strength is {strength.name.lower()}, and the words of expected make such a report "
            f"{by_words.name.lower()}: a report with a date is weighed by the words, so mend one",
            "strength",
        )


def _read_sides(
    record: SetRecord, questions: _Questions
) -> list[tuple[str, Direction, QuestionId]]:
    """Read key, direction and question for each question of an entry; none may be repeated."""
    sides: list[tuple[str, Direction, QuestionId]] = []
    for key, side, kind in SIDE_KEYS:
        for question_id in record.read_ids(key, questions):
            if kind and questions[question_id].kind != kind:
                record.refuse(
                    f"{key!r} is for {kind} questions, and {question_id!r} is "
                    f"{questions[question_id].kind}: use 'yes' or 'no'",
                    key,
                )
            earlier_key = next(
                (other_key for other_key, _, named_id in sides if named_id == question_id), None
            )
            if earlier_key is not None:
                place = f"in {key!r}" if earlier_key == key else f"in {earlier_key!r} and {key!r}"
                record.refuse(
                    f"{question_id!r} stands twice {place}: it can favour one answer only", key
                )
            sides.append((key, side, question_id))
    if not sides:
        record.refuse(
            "the indicator names no question: fill 'yes' (speaks for) or 'no' (speaks against)"
        )
    return sides


def _read_options(record: SetRecord, questions: Collection[Question]) -> dict[QuestionId, str]:
    """Read the option that the entry is about, for each named question with options."""
    option_by_question = record.get("option", {})
    if not isinstance(option_by_question, dict):
        record.refuse(
            'option must name an option for each question, such as { capital = "Moscow" }', "option"
        )
    by_id = {question.id: question for question in questions}
    for question_id, option in option_by_question.items():
        if question_id not in by_id:
            record.refuse(
                f"option names {question_id!r}, for or against which the indicator does not speak",
                "option",
            )
        option_names = [o.name for o in by_id[question_id].options]
        if not option_names:
            record.refuse(
                f"{question_id!r} is a {by_id[question_id].kind} question and has no options",
                "option",
            )
        if option not in option_names:
            record.refuse(
                f"{question_id!r} has no option {option!r}; its options are: "
                f"{', '.join(option_names)}",
                "option",
            )
    for question in questions:
        if question.options and question.id not in option_by_question:
            record.refuse(
                f"{question.id!r} is {question.kind}: say which option with option = "
                f'{{ {question.id} = "{question.options[0].name}" }}'
            )
    return dict(option_by_question)


def _read_expectation(
    record: SetRecord, sides: Collection[tuple[str, Direction, Question]]
) -> Expectation | None:
    """Read the due date of a report; it counts for questions open at it, at least one of them."""
    table = record.get("expected")
    if table is None:
        return None
    if not isinstance(table, dict):
        record.refuse(
            'write expected = { by = 2026-06-01, if_yes = "likely", if_no = "unlikely" }',
            "expected",
        )
    part = record.sub_table("expected", table)
    expectation = Expectation(
        part.read_time("by"),
        part.read_choice("if_yes", ICD_203),
        part.read_choice("if_no", ICD_203),
    )
    part.refuse_unknown_keys()
    for key, side, question in sides:
        if not (expectation.ratio_when_seen - 1.0) * side > 0.0:
            likelier_key = "if_yes" if side is Direction.YES else "if_no"
            record.refuse(
                f"{question.id!r} stands in {key!r}, so {likelier_key} must be the likelier of "
                "the two words; an entry that speaks for some questions and against others is "
                "two entries once it is expected",
                "expected",
            )
    if not any(_is_open_on(question, expectation) for _, _, question in sides):
        record.refuse(
            "no question of the indicator is open on the date by which it is expected", "expected"
        )
    return expectation


def _read_half_life(record: SetRecord) -> float | None:
    if record.get("half_life_days") == "none":
        return None
    days = record.read_number("half_life_days", 45.0)
    if days <= 0:
        record.refuse(
            'half_life_days must be above 0; write "none" for a weight that never fades',
            "half_life_days",
        )
    return days


def _read_usual_rate(record: SetRecord) -> float:
    if "usual_level" in record.values:
        record.refuse(
            "usual_level is gone: write usual_per_year, the number of such reports in an "
            "ordinary year",
            "usual_level",
        )
    usual = record.read_number("usual_per_year", 0.0)
    if usual < 0:
        record.refuse(
            "usual_per_year is a number of reports a year, above 0; leave it out if unknown",
            "usual_per_year",
        )
    return usual


def _read_terms(record: SetRecord) -> tuple[tuple[str, ...], ...]:
    groups = record.get("terms")
    if groups is None:
        return ()
    if (
        not isinstance(groups, list)
        or not groups
        or not all(_is_term_group(group) for group in groups)
    ):
        record.refuse(
            'terms must be a list of lists, such as [["China", "Beijing"], ["abstain*"]]', "terms"
        )
    for term in (term.strip() for group in groups for term in group):
        if "*" in term.rstrip("*"):
            record.refuse(f"a * may stand only at the end of a term, not as in {term!r}", "terms")
    return tuple(tuple(term.strip() for term in group) for group in groups)


def _is_term_group(group: object) -> bool:
    return (
        isinstance(group, list)
        and bool(group)
        and all(isinstance(term, str) and term.strip(" *") for term in group)
    )


def sort_by_entry(indicators: Iterable[Indicator], questions: _Questions) -> tuple[Indicator, ...]:
    """Sort indicators so that those of one name are neighbours and can share an entry."""
    ordered = tuple(indicators)
    first_positions = {
        _slug_of(indicator): position for position, indicator in reversed(tuple(enumerate(ordered)))
    }
    keys = [key for key, *_ in SIDE_KEYS]
    return tuple(
        sorted(
            ordered,
            key=lambda indicator: (
                first_positions[_slug_of(indicator)],
                keys.index(_side_key(indicator, questions)),
            ),
        )
    )


def build_indicator_entries(
    indicators: Iterable[Indicator], questions: _Questions
) -> list[dict[str, TomlValue]]:
    """Build the entries of the file: neighbours that differ only in question and side share one."""
    groups: list[list[Indicator]] = []
    for indicator in indicators:
        if groups and _shares_entry([*groups[-1], indicator], questions):
            groups[-1].append(indicator)
        else:
            groups.append([indicator])
    return [_build_entry(group, questions) for group in groups]


def _shares_entry(group: Sequence[Indicator], questions: _Questions) -> bool:
    """Return True if one entry with all of these reads as the same indicators in the same order."""
    first, keys = group[0], [_side_key(i, questions) for i in group]
    is_same = all(
        _slug_of(i) == _slug_of(first) and _common_part(i) == _common_part(first) for i in group
    )
    if not is_same or keys != sorted(keys, key=[key for key, *_ in SIDE_KEYS].index):
        return False
    expectation = next((i.expected for i in group if i.expected is not None), None)
    if expectation is None:
        return True
    return all(
        i.direction is first.direction
        and (
            i.expected == expectation
            if _is_open_on(questions[i.question_id], expectation)
            else not i.expected
        )
        for i in group
    )


def _build_entry(group: Sequence[Indicator], questions: _Questions) -> dict[str, TomlValue]:
    first = group[0]
    values: dict[str, TomlValue] = {"id": _slug_of(first), "name": first.name}
    for key, *_ in SIDE_KEYS:
        if question_ids := tuple(i.question_id for i in group if _side_key(i, questions) == key):
            values[key] = question_ids
    if options := {str(i.question_id): i.option for i in group if i.option}:
        values["option"] = options
    values["strength"] = first.strength.name.lower()
    values["half_life_days"] = "none" if first.half_life_days is None else first.half_life_days
    if first.usual_per_year:
        values["usual_per_year"] = first.usual_per_year
    lists: dict[str, TomlValue] = {
        "terms": first.terms,
        "unless": first.unless,
        "examples": first.examples,
        "opposites": first.opposites,
    }
    values |= {key: value for key, value in lists.items() if value}
    if expectation := next((i.expected for i in group if i.expected is not None), None):
        values["expected"] = {
            "by": expectation.by,
            "if_yes": expectation.if_yes,
            "if_no": expectation.if_no,
        }
    return values


def _side_key(indicator: Indicator, questions: _Questions) -> str:
    """Return the key of its question, preferring one specific to the question's kind."""
    kind = questions[indicator.question_id].kind
    keys = [
        key
        for key, side, required_kind in SIDE_KEYS
        if side is indicator.direction and required_kind in (None, kind)
    ]
    return keys[-1]


def _slug_of(indicator: Indicator) -> str:
    return indicator.id.removeprefix(f"{indicator.question_id}/")


def _common_part(indicator: Indicator) -> Indicator:
    """Return the indicator without what may differ between questions of one entry."""
    no_question = QuestionId("")
    return replace(
        indicator,
        id=IndicatorId(""),
        question_id=no_question,
        direction=Direction.NEUTRAL,
        expected=None,
        option="",
    )


def _is_open_on(question: Question, expectation: Expectation) -> bool:
    """Return True if the question is open on the due date."""
    return question.opens_at < expectation.by <= question.closes_at
