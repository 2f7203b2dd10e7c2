"""Question in the claim's own words, with what decides it and who reports it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forecasts.essays.catalogue.entries import Catalogue, CatalogueEntry
from forecasts.essays.catalogue.phrases import compile_phrases
from forecasts.essays.dates import MONTHS, format_long_date
from forecasts.essays.drafting.acts import (
    OPTION_GAPS,
    can_act,
    fill_fields,
    find_actor_fault,
    list_notes,
)
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import Figure, parse_figures
from forecasts.essays.drafting.grammar import find_condition_fault, find_predicate_fault
from forecasts.essays.drafting.plan import Claim, QuestionPlan
from forecasts.essays.drafting.publishers import AGENCIES, ProposedSource, propose_source
from forecasts.essays.drafting.quantities import QUANTITY, is_bare, is_fall, is_measure
from forecasts.essays.drafting.subjects import UNIT_GAP
from forecasts.essays.drafting.window import add_days
from forecasts.essays.english import (
    base_form,
    is_participle,
    is_plural,
    lowercase_subject,
    past_tense,
    read_words,
)
from forecasts.questions.question import HorizonShape, Kind

TEST_GAP: Final = "[… the act, text or figure that decides it, and what is not enough]"
QUESTION_GAP: Final = "[… the question]"
SOURCE_GAP: Final = "[… who publishes the answer, and where]"
CONDITION_GAP: Final = "[… which condition]"
MAX_OPTION_CHARACTERS: Final = 60

_ACT_DAYS: Final = 14
_FIGURE_DAYS: Final = 120
"""Days after the window within which an act is reported, and a figure published."""

_LASTING: Final = frozenset(
    "continue remain stay keep persist last endure hold maintain survive retain preserve".split()
)
_OR: Final = re.compile(r",?\s+or\s+(?:rather\s+|else\s+|instead\s+)?")
_PREPOSITIONS: Final = {"event_by": "by", "holds_until": "until", "state_at": "on"}


def plan_rewording(claim: Claim, catalogue: Catalogue, kind: Kind = "binary") -> QuestionPlan:
    """Plan a question in the claim's own words.

    Where its subject or predicate does not read as a question, the words of the claim are offered
    for a person to edit.
    """
    source = propose_source(claim, catalogue)
    deed = find_deed(claim.clause.event, catalogue)
    if deed and _ACTOR_VERB.search(deed.counts) and not can_act(claim.actor):
        deed = None  # only a person or a body publishes a decision, or signs
    test = _choose_test(claim, source, kind, deed) if _reads_well(claim) else None
    is_actor_source = deed is not None and "{actor}" in deed.source
    if deed and not source.is_body and not (is_actor_source and not can_act(claim.actor)):
        work = fill_fields(deed.source, {"actor": claim.actor})
        source = ProposedSource(work, "", "from the kind of act", is_body=False)
    figure = next(iter(parse_figures(claim.clause.event)), None)
    options = find_alternatives(claim.clause.event) or OPTION_GAPS
    due = add_days(claim.window.last, test.delay if test else _ACT_DAYS)
    shape: HorizonShape = test.shape if test else "event_by"
    if test is None:
        words = claim.text.text[:1].upper() + claim.text.text[1:]
        text, rule = words or QUESTION_GAP, f"YES if {TEST_GAP}. NO otherwise."
    else:
        text, rule = _word(test, claim, kind, options)
        silent = "no figure is published" if test.delay == _FIGURE_DAYS else "it cannot be told"
        rule = f"{rule} Annulled if {silent} by {format_long_date(due)}."
        text, rule = _add_condition(text, rule, claim)
    is_sourced = test is not None and (source.is_body or TEST_GAP not in test.rule)
    return QuestionPlan(
        kind=kind,
        shape=_name_shape(kind, shape),
        text=text,
        criteria=rule,
        sources=source.lines if is_sourced else (SOURCE_GAP,),
        last=claim.window.last,
        published=due,
        bears_out=_name_outcome(claim, figure, kind),
        options=options if kind in ("categorical", "ordered") else (),
        unit=(figure.unit if figure else UNIT_GAP) if kind == "numeric" else "",
        base_rate="How often did this happen in comparable cases? Give k of n.",
        notes=(
            *list_notes(claim),
            *_note_condition(claim),
            *((source.note,) if is_sourced else ()),
        ),
    )


def _reads_well(claim: Claim) -> bool:
    """Return True if subject and predicate read as a question."""
    subject, predicate = claim.actor, claim.clause.event
    is_existence = subject == "there" and predicate.startswith("be ")
    is_subject = is_existence or subject.isdecimal() or not find_actor_fault(claim)
    return is_subject and not find_predicate_fault(predicate)


@dataclass(frozen=True, slots=True)
class ClaimTest:
    """Test of a claim: the question, the rule for YES, what is not enough, and how long its
    answer may take.
    """

    text: str
    rule: str
    excluded: str
    shape: HorizonShape
    delay: int = _ACT_DAYS


def _choose_test(
    claim: Claim, source: ProposedSource, kind: Kind, deed: CatalogueEntry | None
) -> ClaimTest:
    """Choose the test of a claim: a record of a year, a figure, a direction, a state or an act."""
    subject, event, window = claim.actor, claim.clause.event, claim.window
    first, last = format_long_date(window.opening), format_long_date(window.last)
    is_many = source.name == AGENCIES
    reported, done = f"{source.name} report{'' if is_many else 's'}", _tell(subject, event)
    if subject.isdecimal():
        text, rule = f"Will {subject} {event}?", f"{reported} that {subject} {done}"
        excluded = "A forecast or a part of the year does not count."
        return ClaimTest(text, rule, excluded, "event_by", _FIGURE_DAYS)
    if goal := _find_goal(subject, claim):
        rule = (
            f"the newest figure for {subject} that covers a time up to {last}, as {source.name} "
            f"publish{'' if is_many else 'es'} it, is {goal}"
        )
        when = window.phrase if window.time and window.time.is_span else f"by {last}"
        excluded = "A forecast or an unofficial estimate does not count."
        text = f"Will {subject} {event} {when}?"
        return ClaimTest(text, rule, excluded, "event_by", _FIGURE_DAYS)
    if kind == "binary" and (test := _compare_years(claim, source)):
        return test
    shape = _find_shape(claim.clause)
    phrase = window.phrase if shape == "event_by" else f"{_PREPOSITIONS[shape]} {last}"
    text = f"Will {subject} {event} {phrase}?"
    period = f"between {first} and {last} (UTC)"
    if not is_decidable(claim, deed):
        return ClaimTest(text, f"{period}, {TEST_GAP}", "", shape)
    when = period if shape == "event_by" else f"on {last} (UTC)"
    if deed is not None:
        words = {"actor": subject, "act": event, "object": event.partition(" ")[2], "done": done}
        excluded = f"Not enough: {fill_fields(deed.not_counts, words)}."
        return ClaimTest(text, f"{when}, {_agree(subject, deed.counts, words)}", excluded, shape)
    report = f"{subject} {'still ' if shape == 'holds_until' else ''}{done}"
    rule = f"{reported} that, {when}, {report}"
    if source.name == subject:
        rule = f"{when}, {report}, as {subject} confirms"
    return ClaimTest(text, rule, _NOT_ENOUGH, shape)


def _agree(subject: str, counts: str, words: Mapping[str, str]) -> str:
    """Fill the test of an act; its verb takes the number of the subject."""
    if is_plural(subject):
        counts = _ACTOR_VERB.sub(lambda m: f"{{actor}} {base_form(m['verb'])}", counts)
    return fill_fields(counts, words)


_ACTOR_VERB: Final = re.compile(r"\{actor\} (?P<verb>[a-z]+s)\b")


def find_deed(event: str, catalogue: Catalogue) -> CatalogueEntry | None:
    """Return the kind of act that a predicate is by its verb and object, None for any other."""
    for deed in catalogue.frames:
        verb = next((v for v in deed.verbs if f"{event} ".startswith(f"{v} ")), None)
        complement = "" if verb is None else event.removeprefix(verb)
        is_amount = any(" a " not in f.unit for f in parse_figures(complement))
        if verb is None or (deed.is_amount and not is_amount):
            continue
        is_whole = complement or " " in verb or verb in _WHOLE_ACTS
        is_object = not deed.objects or compile_phrases(deed.objects).search(complement)
        if is_whole and is_object and not compile_phrases(deed.excludes).search(complement):
            return deed
    return None


_NOT_ENOUGH: Final = (
    "A plan, a proposal, a forecast or a report from unnamed sources is not enough."
)


def is_decidable(claim: Claim, deed: CatalogueEntry | None = None) -> bool:
    """Return True for an act that can be seen: with a name or a figure, and no vague verb."""
    subject, event = claim.actor, claim.clause.event
    verb, _, tail = event.partition(" ")
    is_vague = verb in _VAGUE_VERBS or _VAGUE.match(event) is not None
    if is_bare(subject):
        return False
    is_named = _NAME.search(subject) or _NAME.search(tail) or _FIGURE.search(f"{subject} {tail}")
    is_whole = bool(tail) or verb in _WHOLE_ACTS | _LASTING
    is_told = not is_vague and is_whole
    return bool(is_named) and not _FIGURATIVE.search(tail) and (is_told or deed is not None)


_FIGURATIVE: Final = re.compile(
    r"^(?:the |its |their |an? )?(?:gap|doors?|questions?|doubts?|hopes?|fears?|pressure|tensions?"
    r"|stakes|ranks|role|influence|way|room|minds?|trust)\b"
)
_VAGUE_VERBS: Final = frozenset(read_words("vague_verbs"))
_WHOLE_ACTS: Final = frozenset(
    "resign retire close open reopen fold launch merge split dissolve default return abdicate"
    " bleach erupt melt freeze strike win lose".split()
)
_VAGUE: Final = re.compile(
    r"(?:become [a-z]+$|give up|go on|get away|take its toll|take off(?! from)"
    r"|start to see|be (?:dead|over|fine|ready|forgotten|remembered|known|seen|there|back"
    r"|different|like|in (?:trouble|charge)"
    r"|(?:largely|mostly|widely|more|less|very|so|too|increasingly|much|far|almost)\b.*)"
    r"|be (?:an?|the) (?:[a-z]+ )?(?:hit|success|failure|flop|disaster|favou?rite|force|threat)"
    r"|continue (?:its|their|to (?!be\b))|keep [a-z]+ing)\b"
)
_NAME: Final = re.compile(r"\b[A-Z]")
_FIGURE: Final = re.compile(
    r"\d|\b(?:first|second|third|(?:four|fif|six|seven|eigh|nin|ten)th|"
    r"record|again|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|dozen"
    r"|hundred|thousand|million|half|majority|last|any)\b"
)
"""Words that make an act countable: a number, a record, a first time."""


def _tell(subject: str, event: str) -> str:
    """Put the predicate of a claim in the past."""
    verb, _, tail = event.partition(" ")
    past = "were" if verb == "be" and is_plural(subject) else past_tense(verb)
    return f"{past} {tail}".strip() if verb != "have" else event.replace("have", "had", 1)


def _compare_years(claim: Claim, source: ProposedSource) -> ClaimTest | None:
    """Return the test of a quantity that rises or falls: a period against the year before."""
    subject, match = claim.actor, _DIRECTION.fullmatch(claim.clause.event)
    if match is None or is_bare(subject) or not QUANTITY.search(subject):
        return None
    verb = match["verb"] or match["going"]
    side = "higher" if verb[:4] in _RISES else "lower"
    span, year = _name_period(claim)
    rule = (
        f"the figure for {subject} that {source.name} first publish"
        f"{'' if source.name == AGENCIES else 'es'} {span} {year} is {side} than the one {span} "
        f"{year - 1}"
    )
    text = f"Will {subject} be {side} {span} {year} than {span} {year - 1}?"
    return ClaimTest(text, rule, "A forecast does not count.", "event_by", _FIGURE_DAYS)


def _name_period(claim: Claim) -> tuple[str, int]:
    """Return the month or year in which a quantity is compared: "in June", 2027."""
    time, last = claim.window.time, claim.window.last
    if time is not None and time.is_span and (last - time.first).days <= _MONTH_DAYS:
        return f"in {MONTHS[last.month - 1]}", last.year
    return "in", last.year if (last.month, last.day) == (12, 31) else last.year - 1


_MONTH_DAYS: Final = 31
_RISES: Final = tuple(word[:4] for word in read_words("rising_verbs"))
_FALLING: Final = "|".join(read_words("falling_verbs") + read_words("rising_verbs"))
_DIRECTION: Final = re.compile(
    rf"(?:(?P<verb>{_FALLING})|(?:go on|keep|continue|start|begin) (?:to )?(?:(?P<going>(?:"
    rf"{_FALLING})(?:ing)?|fall(?:ing)|ris(?:ing)|declin(?:ing))))"
    r"(?: (?:again|further|sharply|slightly|steadily|significantly|dramatically|rapidly))*"
)


def _find_goal(subject: str, claim: Claim) -> str:
    """Return what the figure of the subject has to be, "" for a claim without one."""
    event = claim.clause.event
    figures = () if is_bare(subject) else parse_figures(event)
    if len(figures) != 1 or not is_measure(event) or UNIT_GAP in figures[0].unit:
        return ""
    figure = figures[0]
    if re.search(r"\bby\W*(?:at least|more than)?\W*$", event[: figure.start + 2]) or re.match(
        r"by\b", event[figure.start :].lstrip()
    ):
        side = "lower" if is_fall(event) else "higher"
        opened = format_long_date(claim.window.first)
        return f"at least {figure.words} {side} than the newest one before {opened}"
    goal = (
        "at most"
        if is_fall(event) and not figure.is_strict
        else figure.bears_out(negated=False).rpartition(" ")[0]
    )
    return f"{goal} {figure.words}"


def _word(test: ClaimTest, claim: Claim, kind: Kind, options: tuple[str, ...]) -> tuple[str, str]:
    """Return question and rule of a kind of answer."""
    figure = next(iter(parse_figures(claim.clause.event)), None)
    subject, event = claim.actor, claim.clause.event
    first, last = format_long_date(claim.window.opening), format_long_date(claim.window.last)
    period = f"between {first} and {last} (UTC)"
    match kind:
        case "binary":
            no = "NO if not." if test.excluded else "NO otherwise."
            comma = "," if test.rule.startswith(("between ", "on ")) else ""
            return test.text, f"YES if{comma} {test.rule}. {no} {test.excluded}".rstrip()
        case "date":
            rule = test.rule.removeprefix(f"{period}, ")
            days = f"The first day, {period}, for which {rule}; “never” if there is none."
            return f"When will {subject} {event}?", f"{days} {test.excluded}".rstrip()
        case "numeric":
            unit = figure.unit if figure else UNIT_GAP
            value = f"The newest figure for {subject} that covers a time up to {last}, in {unit}"
            return f"How high will {subject} be by {last}, in {unit}?", f"{value}."
        case _:
            return (
                f"Which of these will come first by {last}: {', '.join(options)}?",
                f"The first option, {period}, for which {TEST_GAP}.",
            )


def _add_condition(text: str, rule: str, claim: Claim) -> tuple[str, str]:
    """Add the condition of a claim to question and rule."""
    clause, last = claim.clause, format_long_date(claim.window.last)
    if not clause.condition or _ELLIPTIC.fullmatch(clause.condition):
        return text, rule
    is_clear = not find_condition_fault(clause.condition)
    condition = lowercase_subject(clause.condition) if is_clear else CONDITION_GAP
    comes = "comes about" if clause.is_unless else "does not come about"
    word = "Unless" if clause.is_unless else "If"
    return (
        f"{word} {condition}, {text[:1].lower()}{text[1:]}",
        f"{rule} Annulled if the condition, “{condition}”, {comes} by {last} (UTC).",
    )


_ELLIPTIC: Final = re.compile(
    r"(?:it|they|that|this|he|she) (?:does|do|is|are|happens?|did|will|can)(?: so)?|so|not",
    re.IGNORECASE,
)
"""Condition that only repeats the sentence before it."""


def _note_condition(claim: Claim) -> tuple[str, ...]:
    """Return the note on a condition that only points back."""
    condition = claim.clause.condition
    is_left_out = condition and _ELLIPTIC.fullmatch(condition)
    return (f"The condition “{condition}” is left out: add what it means.",) if is_left_out else ()


def _name_outcome(claim: Claim, figure: Figure | None, kind: Kind) -> str:
    """Return the answer that bears the claim out."""
    clause = claim.clause
    if clause.asks:
        return ""
    if kind == "binary":
        return "no" if clause.negated else "yes"
    if kind == "numeric" and figure is not None:
        return figure.bears_out(negated=clause.negated)
    is_dated = kind == "date" and not clause.negated
    return f"by {claim.window.last.isoformat()}" if is_dated else ""


def find_alternatives(event: str) -> tuple[str, ...]:
    """Return the options of "either A or B" and of "A, B or C" with "Other"; () if there are fewer.

    >>> find_alternatives("either devalue or default")
    ('devalue', 'default', 'Other')
    """
    parts = _OR.split(event.removeprefix("either "))
    options = tuple(
        dict.fromkeys(piece.strip(" ,;") for part in parts for piece in part.split(", "))
    )
    is_enough = len(options) >= 3 or (event.startswith("either ") and len(options) == 2)
    is_short = all(option and len(option) <= MAX_OPTION_CHARACTERS for option in options)
    return (*options, "Other") if len(parts) > 1 and is_enough and is_short else ()


_SUPERLATIVE: Final = re.compile(r"(?:the|its|a) (?:[a-z]+est|first|record|most [a-z]+)\b")


def _name_shape(kind: Kind, shape: HorizonShape) -> HorizonShape:
    return shape if kind == "binary" else "event_by" if kind == "date" else "state_at"


def _find_shape(clause: Clause) -> HorizonShape:
    verb, _, complement = clause.event.partition(" ")
    is_held = verb == "hold" and complement  # "hold talks" is an event
    if verb in _LASTING and not clause.negated and not is_held:
        return "holds_until"
    is_passive = is_participle(complement.split(" ", 1)[0])
    is_first = _SUPERLATIVE.match(complement) is not None
    is_state = verb == "be" and not (is_passive or is_first) and clause.subject != "there"
    return "state_at" if is_state else "event_by"
