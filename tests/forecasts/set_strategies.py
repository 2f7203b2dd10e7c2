"""Question sets by hypothesis: every file, every kind, and texts that are hard to write down."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import (
    Direction,
    Expectation,
    Indicator,
    IndicatorId,
    Strength,
    strength_from_words,
)
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.question_sets.history_file import (
    HistoryEvent,
    InventedForecast,
    PastResolution,
    ReportCopy,
)
from forecasts.question_sets.question_set import SET_AUTHOR, FeedSeed, QuestionSet
from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.links import Link, LinkId
from forecasts.questions.new_question import NewQuestion, build_question, date_scale
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import (
    Claim,
    ClaimId,
    Essay,
    EssayId,
    ForecasterId,
    Outcome,
    Question,
    QuestionId,
    check_distribution,
)
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, ScenarioSet
from tests.forecasts.strategies import answers_to, cdfs, distributions

ESSAY = EssayId("an-essay")
OPENS = datetime(2026, 1, 1, tzinfo=UTC)
ALWAYS = ("binary", "binary", "categorical", "binary")
"""Kinds of questions that every set has, so that there is something to link, and scenarios for
it.
"""

# What ends a text, a line or an escape in TOML, and what only looks as if it did; and a text of
# several lines.
_HARD = (
    '"',
    '""',
    '"""',
    "'''",
    "\\",
    "\\n",
    "\\u12",
    "#",
    "[[question]]",
    "id = 1",
    "\x00",
    "\x07",
    "\x7f",
    "=",
    "{ }",
)
_POOL = (
    *_HARD,
    "As both announce it.",
    "Ни мира, ни войны",
    "联大通过决议",
    "🙂",
    'He said "never" \\o/ ' * 12 + '"',
)
_parts = st.sampled_from(_HARD) | st.text(max_size=8)

texts = st.sampled_from(["", *(" ".join(text.split()) for text in _POOL)]) | st.lists(
    _parts, max_size=4
).map(lambda parts: " ".join("".join(parts).split()))
said = texts.filter(bool)
lists = st.lists(said, max_size=2).map(tuple)
some = st.lists(said, min_size=1, max_size=2).map(tuple)
slugs = st.from_regex(r"[a-z0-9]{1,6}([-_][a-z0-9]{1,4})?", fullmatch=True)
links = said.map(lambda text: f"https://example.org/{text.replace(' ', '')}")
moments = st.integers(0, 86_400_000 * 300).map(
    lambda ms: OPENS + timedelta(milliseconds=ms)
) | st.integers(0, 300).map(lambda days: OPENS + timedelta(days=days))


def _word(text: str) -> bool:
    """Whether a text can be a term: more than blanks and stars, which stand at its end alone."""
    return bool(text.strip(" *")) and "*" not in text.rstrip("*")


def _option(text: str) -> bool:
    return (
        "=" not in text
        and text == text.strip(" ,;")
        and text.casefold() not in ("annulled", "ambiguous")
    )


terms = st.lists(
    st.lists(said.filter(_word), min_size=1, max_size=2).map(tuple), min_size=1, max_size=2
).map(tuple)
option_names = st.lists(said.filter(_option), min_size=2, max_size=3, unique_by=str.casefold).map(
    tuple
)
scales = st.builds(
    Scale,
    st.floats(-1e6, 0.0),
    st.floats(1.0, 1e6),
    open_lower=st.booleans(),
    open_upper=st.booleans(),
    unit=texts,
)
log_scales = st.builds(
    Scale,
    st.floats(0.5, 2.0),
    st.floats(10.0, 1e6),
    st.booleans(),
    st.booleans(),
    st.just(0.0),
    texts,
)
windows = st.tuples(st.integers(0, 300), st.integers(1, 900)).map(
    lambda d: date_scale(
        *((date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in (d[0], d[0] + d[1]))
    )
)


@st.composite
def questions(draw: st.DrawFn, name: str, kind: str, claims: Sequence[ClaimId]) -> Question:
    """A question of a kind; a numeric one on a linear or a logarithmic scale."""
    closes = OPENS + draw(st.integers(301, 400).map(lambda days: timedelta(days=days)))
    plain = "numeric" if kind == "log" else kind
    options = draw(option_names) if kind in ("categorical", "ordered") else ()
    scale = {"numeric": scales, "log": log_scales, "date": windows}.get(kind)
    asked = NewQuestion(
        id=name,
        text=draw(said),
        criteria=draw(said),
        sources=draw(some),
        opens_at=OPENS,
        closes_at=closes,
        resolves_at=closes + draw(st.timedeltas(timedelta(0), timedelta(days=30))),
        kind=plain,  # type: ignore[arg-type]
        horizon_shape=draw(st.sampled_from(["event_by", "holds_until", "state_at"])),
        prior=Binary(draw(st.floats(0.001, 0.999))) if kind == "binary" else "",
        prior_reason=draw(said),
        options=options,
        scale=None if scale is None else draw(scale),
        tags=draw(lists),
        essay_id=ESSAY,
        claim_ids=tuple(draw(st.lists(st.sampled_from(claims), unique=True))) if claims else (),
        retrospective=draw(st.booleans()),
        prior_as_of=draw(st.none() | st.just(OPENS - timedelta(days=3))),
    )
    asked = replace(asked, bears_out=draw(st.sampled_from(["", bearing(asked)])))
    unsaid = build_question(asked)
    if kind == "binary" or draw(st.booleans()):
        return unsaid
    return build_question(replace(asked, prior=draw(held_on(unsaid))))


def bearing(asked: NewQuestion) -> str:
    """An answer that could bear a claim out, as it is typed."""
    if asked.scale is None:
        return "" if asked.options else "no"
    if asked.kind == "date":
        return f"after {date_from_day_number((asked.scale.lower + asked.scale.upper) / 2).date()}"
    return f"at least {(asked.scale.lower + asked.scale.upper) / 2:.3f}"


def held_on(question: Question) -> st.SearchStrategy[Distribution]:
    """What may be held: anything at all, or what came of a text that somebody typed."""
    if question.scale is None:
        return distributions(question)
    return cdfs(question.scale) | _typed(question, question.scale)


@st.composite
def _typed(draw: st.DrawFn, question: Question, scale: Scale) -> Cdf:
    """What three handles, or a few levels, come to."""
    places = sorted(draw(st.sets(st.integers(1, 99), min_size=3, max_size=3)))
    found = [float(scale.values(place / 100)) for place in places]
    values = [
        str(date_from_day_number(x).date()) if question.kind == "date" else f"{x:.9g}"
        for x in found
    ]
    levels = draw(st.sampled_from(["{} {} {}", "10%={} 50%={} 90%={}", "5%={} 50%={} 99.5%={}"]))
    try:
        made = parse_forecast(question, levels.format(*values), question.opens_at)
        check_distribution(question, made)
    except (
        ForecastsError
    ):  # the days of a short window are too near to each other, or to its first day
        return draw(cdfs(scale))
    assert isinstance(made, Cdf)
    return made


@st.composite
def indicators(draw: st.DrawFn, asked: Sequence[Question], slug: str) -> list[Indicator]:
    """What one entry of a file comes to: one indicator for each of its questions, in the order of
    their sides.
    """
    about = draw(st.lists(st.sampled_from(asked), unique_by=lambda q: q.id, min_size=1, max_size=3))
    side = draw(st.sampled_from([Direction.YES, Direction.NO]))
    words = sorted(
        draw(st.sets(st.sampled_from(list(ICD_203)), min_size=2, max_size=2)),
        key=ICD_203.__getitem__,
    )
    if_no, if_yes = words if side is Direction.YES else words[::-1]
    due = draw(
        st.none() | moments.map(lambda at: Expectation(at + timedelta(hours=1), if_yes, if_no))
    )
    # A report with a date is weighed by its words, and its strength agrees with them.
    strengths = list(Strength) if due is None else [strength_from_words(if_yes, if_no)[1]]
    rest = draw(st.tuples(said, st.sampled_from(strengths), terms, lists, some))
    half_life, usual = draw(st.none() | st.floats(0.1, 900.0)), draw(st.floats(0.0, 3.0))
    opposites = draw(lists)
    return [
        Indicator(
            IndicatorId(f"{q.id}/{slug}"),
            q.id,
            rest[0],
            side,
            *rest[1:],
            half_life,
            usual,
            opposites,
            due,
            draw(st.sampled_from(q.options)).name if q.options else "",
        )
        for q in about
    ]


@st.composite
def resolutions(draw: st.DrawFn, question: Question) -> PastResolution:
    no_answer: st.SearchStrategy[tuple[Outcome, str]] = st.sampled_from(
        [("annulled", ""), ("ambiguous", "")]
    )
    if question.kind == "binary":
        answered: st.SearchStrategy[tuple[Outcome, str]] = st.sampled_from(
            [("yes", ""), ("no", "")]
        )
    else:
        answered = st.sampled_from(answers_to(question)).map(lambda answer: ("answered", answer))
    outcome, answer = draw(no_answer | answered)
    event, known = sorted(draw(st.tuples(moments, moments)))
    return PastResolution(
        question.id,
        outcome,
        event,
        known,
        draw(links),
        draw(texts),
        answer,
        needs_check=draw(st.booleans()),
    )


@st.composite
def forecasts(
    draw: st.DrawFn, question: Question, who: ForecasterId, until: datetime
) -> InventedForecast:
    at = min(draw(moments), until - timedelta(microseconds=1))
    return InventedForecast(at, question.id, who, draw(st.none() | held_on(question)), draw(said))


@st.composite
def events(draw: st.DrawFn, name: str, asked: Sequence[QuestionId]) -> HistoryEvent:
    sides = draw(st.lists(st.sampled_from(asked), unique=True))
    cut = draw(st.integers(0, len(sides)))
    copies = tuple(ReportCopy(*pair) for pair in draw(st.lists(st.tuples(said, said), max_size=2)))
    told = draw(st.tuples(said, said, said, links))
    return HistoryEvent(
        name,
        draw(moments),
        *told,
        tuple(sides[:cut]),
        tuple(sides[cut:]),
        copies,
        draw(st.booleans()),
    )


@st.composite
def linked(draw: st.DrawFn, asked: Sequence[Question]) -> tuple[Link, ...]:
    """One link of every kind that the questions allow."""
    yes_no = [q.id for q in asked if q.kind == "binary"]
    dated = sorted((q for q in asked if q.kind == "binary"), key=lambda q: q.closes_at)
    found = [
        ("implies", yes_no[:2]),
        ("negates", yes_no[:2]),
        ("one of", yes_no),
        ("members", yes_no),
    ]
    found += [("conjunction", yes_no[:3]), ("condition", yes_no[:3])] if len(yes_no) > 2 else []
    if all(
        a.closes_at < b.closes_at and a.horizon_shape == b.horizon_shape for a, b in pairwise(dated)
    ):
        found.append(("dates", [q.id for q in dated]))
    labels = draw(st.lists(said, min_size=len(yes_no), max_size=len(yes_no)))
    return tuple(
        Link(
            LinkId(f"link-{n}"),
            kind,
            tuple(ids),
            draw(said),
            tuple(labels[: len(ids)]),
            draw(texts),
        )  # type: ignore[arg-type]
        for n, (kind, ids) in enumerate(found)
    )


@st.composite
def scenario_sets(draw: st.DrawFn, asked: Sequence[Question]) -> tuple[ScenarioSet, ...]:
    about, rows = next(q for q in asked if q.kind == "categorical"), []
    count = len(about.options)
    for question in (q for q in asked if q.kind == "binary"):
        p = st.sampled_from(list(FIVE_WORDS.values())) | st.floats(0.001, 0.999)
        rows.append(
            ScenarioLikelihoods(
                question.id, tuple(draw(st.lists(p, min_size=count, max_size=count))), draw(texts)
            )
        )
    descriptions = tuple(draw(st.lists(said, min_size=count, max_size=count)))
    return (ScenarioSet(about.id, draw(said), descriptions, tuple(rows), draw(texts)),)


@st.composite
def essays(draw: st.DrawFn) -> tuple[str, tuple[Claim, ...]]:
    """A text, or none, and claims whose quotes stand in it where they say."""
    quotes = draw(st.lists(said.map(lambda text: " ".join(text.split()[:15])), max_size=3))
    text, found = draw(texts), []
    for number, quote in enumerate(quotes):
        text += "\n"
        rest = draw(st.tuples(said, said, said))
        found.append(Claim(ClaimId(f"C{number}"), ESSAY, quote, len(text), *rest))
        text += quote.replace(" ", "\r\n") + "."
    return (text if draw(st.booleans()) else ""), tuple(found)


@st.composite
def question_sets(draw: st.DrawFn) -> QuestionSet:
    """A set with everything that the files can say."""
    text, claims = draw(essays())
    rejected = {c.id for c in claims if draw(st.booleans())}
    open_claims = [c.id for c in claims if c.id not in rejected]
    kinds = [
        *ALWAYS,
        *draw(st.lists(st.sampled_from(["ordered", "numeric", "log", "date"]), max_size=2)),
    ]
    asked = tuple(
        draw(questions(f"q-{number}", kind, open_claims)) for number, kind in enumerate(kinds)
    )
    ids = [q.id for q in asked]
    signs = [
        i for n in range(draw(st.integers(0, 3))) for i in draw(indicators(asked, f"sign-{n}"))
    ]
    answered = tuple(draw(resolutions(q)) for q in asked if draw(st.booleans()))
    until = {q.id: q.closes_at for q in asked} | {
        r.question_id: r.known_at for r in answered if not r.needs_check
    }
    ada = ForecasterId("demo-ada")
    takes = [q for q in asked if until[q.id] > OPENS and draw(st.booleans())]
    return QuestionSet(
        essay=Essay(ESSAY, draw(said), draw(texts), draw(texts), draw(texts)),
        claims=claims,
        questions=asked,
        indicators=tuple(signs),
        feeds=tuple(draw(_feeds())),
        events=tuple(draw(events(f"event-{n}", ids)) for n in range(draw(st.integers(0, 2)))),
        resolutions=answered,
        forecasts=tuple(draw(forecasts(q, ada, until[q.id])) for q in takes),
        forecasters=MappingProxyType({ada: draw(said)}),
        headlines=draw(st.just("") | said),
        scenarios=draw(scenario_sets(asked)),
        links=draw(linked(asked)),
        text=text,
        overrides=MappingProxyType({q: draw(said) for q in ids if draw(st.booleans())}),
        rejections=MappingProxyType({claim: draw(said) for claim in sorted(rejected)}),
        statements=MappingProxyType(
            {q.id: draw(own_lines(q)) for q in asked if draw(st.booleans())}
        ),
    )


def _feeds() -> st.SearchStrategy[list[FeedSeed]]:
    grades = st.sampled_from(["A", "B", "C", "D", "E", "F"])
    return st.lists(
        st.builds(FeedSeed, slugs, said, links, slugs, grades, said),
        max_size=2,
        unique_by=lambda f: f.id,
    )


_lines = said.map(lambda text: _add_letter(text[:290].strip()))
_spellings = _lines.map(lambda text: " ".join(text.replace("|", " ").split())).filter(bool)


def _add_letter(text: str) -> str:
    """A line as it is allowed: with a letter."""
    return text if any(map(str.isalpha, text)) else f"{text} Ж".strip()


@st.composite
def own_lines(draw: st.DrawFn, question: Question) -> CompiledQuestion:
    """Lines of a question as a set words them: some of them, and some names."""
    names = draw(
        st.lists(st.lists(_spellings, min_size=1, max_size=2, unique=True).map(tuple), max_size=2)
    )
    if question.options:
        options = [option.name for option in question.options if draw(st.booleans())]
        statements = [Statement(draw(_lines), "", option) for option in options]
    else:
        yes, no = draw(st.lists(_lines, min_size=2, max_size=2, unique=True))
        statements = [Statement(*draw(st.sampled_from([(yes, no), (yes, ""), ("", no)])))]
    lines = CompiledQuestion(tuple(statements), tuple(names), SET_AUTHOR)
    return lines if statements or names else replace(lines, names=(("Arland",),))
