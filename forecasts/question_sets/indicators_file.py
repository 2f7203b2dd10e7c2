"""The signposts of a question set: indicators.toml, and statements.toml over it."""

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
from forecasts.evidence.statement import Statement, StatementId
from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.question_sets.toml_text import Value
from forecasts.questions.question import Kind, Question, QuestionId

STRENGTHS = tuple(s.name.lower() for s in Strength)

SIDES: tuple[tuple[str, Direction, Kind | None], ...] = (
    ("yes", Direction.YES, None),
    ("no", Direction.NO, None),
    ("higher", Direction.YES, "numeric"),
    ("lower", Direction.NO, "numeric"),
    ("earlier", Direction.YES, "date"),
    ("later", Direction.NO, "date"),
)
"""The keys that name questions: the side that the indicator takes on them, and the kind that they
need (None: any).
"""

_Questions = Mapping[QuestionId, Question]


def read_indicators(file: SetFile, questions: _Questions) -> tuple[Indicator, ...]:
    """The indicators of a set; raises `InvalidQuestionSet`."""
    file.only("indicator")
    return unique(
        (r, indicator) for r in file.records("indicator") for indicator in _indicator(r, questions)
    )


def read_statements(file: SetFile, indicators: Collection[Indicator]) -> tuple[Statement, ...]:
    """The statements of a set, over the ids that its file of indicators has; raises
    `InvalidQuestionSet`.
    """
    file.only("statement")
    slugs = {indicator.id.split("/", 1)[1] for indicator in indicators}
    return unique((r, _statement(r, slugs)) for r in file.records("statement"))


def _indicator(r: Record, questions: _Questions) -> list[Indicator]:
    """One entry speaks for some questions and against others: one `Indicator` for each of them."""
    name, slug = r.text("name"), r.slug()
    half_life, usual = _half_life(r), _usual_level(r)
    terms, unless, examples = _terms(r), r.texts("unless"), r.texts("examples", required=True)
    opposites = r.texts("opposites")
    sides = [(key, side, questions[q]) for key, side, q in _sides(r, questions)]
    strength = _strength(r, {side for _, side, _ in sides})
    options, expected = _options(r, [q for _, _, q in sides]), _expected(r, sides)
    r.done()
    return [
        Indicator(
            IndicatorId(f"{q.id}/{slug}"),
            q.id,
            name,
            side,
            strength,
            terms,
            unless,
            examples,
            half_life,
            usual,
            opposites,
            expected if expected and _open(q, expected) else None,
            options.get(q.id, ""),
        )
        for _, side, q in sides
    ]


def _strength(r: Record, sides: Collection[Direction]) -> Strength:
    """The word for how strongly it speaks, or the one that "how expected if YES, if NO" comes
    to.
    """
    given = r.get("how_expected")
    if given is None:
        return Strength[r.word("strength", STRENGTHS).upper()]
    if r.get("strength") is not None:
        r.refuse("strength and how_expected say the same: give one of them", "how_expected")
    if not isinstance(given, dict) or set(given) != {"if_yes", "if_no"}:
        r.refuse(
            'how_expected must be such as { if_yes = "likely", if_no = "unlikely" }', "how_expected"
        )
    side, strength = r.checked(
        lambda: strength_from_words(str(given["if_yes"]), str(given["if_no"])), "how_expected"
    )
    if strength is Strength.NONE:
        r.refuse(
            "how_expected says that it is as likely one way as the other: such news says nothing",
            "how_expected",
        )
    if set(sides) != {side}:
        keys = "yes" if side is Direction.YES else "no"
        r.refuse(
            f"how_expected speaks for {side.name}, so its questions stand under {keys!r} alone",
            "how_expected",
        )
    return strength


def _sides(r: Record, questions: _Questions) -> list[tuple[str, Direction, QuestionId]]:
    """Key, side and question for each question that the entry names; none may be named twice."""
    found: list[tuple[str, Direction, QuestionId]] = []
    for key, side, kind in SIDES:
        for q in r.known(key, questions):
            if kind and questions[q].kind != kind:
                r.refuse(
                    f"{key!r} is for {kind} questions, and {q!r} is {questions[q].kind}: use "
                    "'yes' or 'no'",
                    key,
                )
            twice = next((other for other, _, named in found if named == q), None)
            if twice is not None:
                where = f"in {key!r}" if twice == key else f"in {twice!r} and {key!r}"
                r.refuse(f"{q!r} stands twice {where}: it can favour one answer only", key)
            found.append((key, side, q))
    if not found:
        r.refuse(
            "the indicator names no question: fill 'yes' (speaks for) or 'no' (speaks against)"
        )
    return found


def _options(r: Record, asked: Collection[Question]) -> dict[QuestionId, str]:
    """The option that the entry is about, for each question with options that it names."""
    named = r.get("option", {})
    if not isinstance(named, dict):
        r.refuse(
            'option must name an option for each question, such as { capital = "Moscow" }', "option"
        )
    by_id = {q.id: q for q in asked}
    for question, option in named.items():
        if question not in by_id:
            r.refuse(
                f"option names {question!r}, for or against which the indicator does not speak",
                "option",
            )
        names = [o.name for o in by_id[question].options]
        if not names:
            r.refuse(
                f"{question!r} is a {by_id[question].kind} question and has no options", "option"
            )
        if option not in names:
            r.refuse(
                f"{question!r} has no option {option!r}; its options are: {', '.join(names)}",
                "option",
            )
    for q in asked:
        if q.options and q.id not in named:
            r.refuse(
                f"{q.id!r} is {q.kind}: say which option with option = {{ {q.id} = "
                f'"{q.options[0].name}" }}'
            )
    return dict(named)


def _expected(r: Record, sides: Collection[tuple[str, Direction, Question]]) -> Expectation | None:
    """By when a report is due. A date counts for the questions that are open at it; one of them has
    to be.
    """
    given = r.get("expected")
    if given is None:
        return None
    if not isinstance(given, dict):
        r.refuse(
            'write expected = { by = 2026-06-01, if_yes = "likely", if_no = "unlikely" }',
            "expected",
        )
    part = r.part("expected", given)
    due = Expectation(part.when("by"), part.word("if_yes", ICD_203), part.word("if_no", ICD_203))
    part.done()
    for key, side, q in sides:
        if not (due.ratio_when_seen - 1.0) * side > 0.0:
            favoured = "if_yes" if side is Direction.YES else "if_no"
            r.refuse(
                f"{q.id!r} stands in {key!r}, so {favoured} must be the likelier of the two "
                "words; an entry that speaks for some questions and against others is two "
                "entries once it is expected",
                "expected",
            )
    if not any(_open(q, due) for _, _, q in sides):
        r.refuse(
            "no question of the indicator is open on the date by which it is expected", "expected"
        )
    return due


def _half_life(r: Record) -> float | None:
    if r.get("half_life_days") == "none":
        return None
    days = r.number("half_life_days", 45.0)
    if days <= 0:
        r.refuse(
            'half_life_days must be above 0; write "none" for a weight that never fades',
            "half_life_days",
        )
    return days


def _usual_level(r: Record) -> float:
    usual = r.number("usual_level", 0.0)
    if usual < 0:
        r.refuse(
            "usual_level is a size from 0 on; its sign is the side that the indicator speaks for",
            "usual_level",
        )
    return usual


def _terms(r: Record) -> tuple[tuple[str, ...], ...]:
    groups = r.get("terms")
    if not isinstance(groups, list) or not groups or not all(_is_group(group) for group in groups):
        r.refuse(
            'terms must be a list of lists, such as [["China", "Beijing"], ["abstain*"]]', "terms"
        )
    for term in (term.strip() for group in groups for term in group):
        if "*" in term.rstrip("*"):
            r.refuse(f"a * may stand only at the end of a term, not as in {term!r}", "terms")
    return tuple(tuple(term.strip() for term in group) for group in groups)


def _is_group(group: object) -> bool:
    return (
        isinstance(group, list)
        and bool(group)
        and all(isinstance(t, str) and t.strip(" *") for t in group)
    )


def _statement(r: Record, slugs: Collection[str]) -> Statement:
    yes, no = r.sides(slugs)
    statement = Statement(
        id=StatementId(r.name()),
        text=r.text("text"),
        yes=yes,
        no=no,
        examples=r.texts("examples"),
        opposites=r.texts("opposites"),
        aliases=r.texts("aliases"),
    )
    r.done()
    return statement


def side_by_side(indicators: Iterable[Indicator], questions: _Questions) -> tuple[Indicator, ...]:
    """The indicators in an order in which those of one name are neighbours, so that they can share
    an entry.
    """
    found = tuple(indicators)
    first_at = {_slug(i): n for n, i in reversed(tuple(enumerate(found)))}
    keys = [key for key, *_ in SIDES]
    return tuple(
        sorted(found, key=lambda i: (first_at[_slug(i)], keys.index(_side_key(i, questions))))
    )


def entries(indicators: Iterable[Indicator], questions: _Questions) -> list[dict[str, Value]]:
    """Indicators as their file has them: neighbours that differ in nothing but question and side
    share an entry.
    """
    groups: list[list[Indicator]] = []
    for indicator in indicators:
        if groups and _shares_entry([*groups[-1], indicator], questions):
            groups[-1].append(indicator)
        else:
            groups.append([indicator])
    return [_entry(group, questions) for group in groups]


def _shares_entry(group: Sequence[Indicator], questions: _Questions) -> bool:
    """Whether an entry with all of these is read to the same indicators, in the same order."""
    first, keys = group[0], [_side_key(i, questions) for i in group]
    alike = all(_slug(i) == _slug(first) and _bare(i) == _bare(first) for i in group)
    if not alike or keys != sorted(keys, key=[key for key, *_ in SIDES].index):
        return False
    due = next((i.expected for i in group if i.expected is not None), None)
    if due is None:
        return True
    return all(
        i.direction is first.direction
        and (i.expected == due if _open(questions[i.question_id], due) else not i.expected)
        for i in group
    )


def _entry(group: Sequence[Indicator], questions: _Questions) -> dict[str, Value]:
    first = group[0]
    found: dict[str, Value] = {"id": _slug(first), "name": first.name}
    for key, *_ in SIDES:
        if named := tuple(i.question_id for i in group if _side_key(i, questions) == key):
            found[key] = named
    if options := {str(i.question_id): i.option for i in group if i.option}:
        found["option"] = options
    found["strength"] = first.strength.name.lower()
    found["half_life_days"] = "none" if first.half_life_days is None else first.half_life_days
    if first.usual_level:
        found["usual_level"] = first.usual_level
    found["terms"] = first.terms
    texts = {"unless": first.unless, "examples": first.examples, "opposites": first.opposites}
    found |= {key: value for key, value in texts.items() if value}
    if due := next((i.expected for i in group if i.expected is not None), None):
        found["expected"] = {"by": due.by, "if_yes": due.if_yes, "if_no": due.if_no}
    return found


def _side_key(indicator: Indicator, questions: _Questions) -> str:
    """The key under which its question stands: of its kind, where the kind has a word of its
    own.
    """
    kind = questions[indicator.question_id].kind
    keys = [
        key for key, side, wanted in SIDES if side is indicator.direction and wanted in (None, kind)
    ]
    return keys[-1]


def _slug(indicator: Indicator) -> str:
    return indicator.id.removeprefix(f"{indicator.question_id}/")


def _bare(indicator: Indicator) -> Indicator:
    """What the questions of one entry have in common."""
    nobody = QuestionId("")
    return replace(
        indicator,
        id=IndicatorId(""),
        question_id=nobody,
        direction=Direction.NEUTRAL,
        expected=None,
        option="",
    )


def _open(question: Question, due: Expectation) -> bool:
    """Whether the date by which something is expected counts for the question."""
    return question.opens_at < due.by <= question.closes_at
