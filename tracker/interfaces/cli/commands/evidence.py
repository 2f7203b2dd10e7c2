"""Commands that list pending evidence and judge it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict, Unpack

import click
from rich.table import Table

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import (
    PERHAPS,
    Direction,
    EvidenceStatus,
    Expectation,
    Indicator,
    Strength,
    describe_side,
    strength_from_words,
)
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.questions.formatting import format_utc_day
from forecasts.questions.question import ForecasterId, Kind, QuestionId, utc
from tracker.errors import Refused
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.interfaces.cli.evidence_replies import DIRECTION_WORDS, EstimateWatch, describe_piece
from tracker.model.evidence import EvidenceCard, Lift
from tracker.questions.add_indicator import make_indicator_id, parse_terms
from tracker.questions.parse_side import parse_side


@click.command()
@click.argument("question", required=False)
@as_json
@click.pass_context
def inbox(context: click.Context, /, question: str | None, json: bool) -> None:
    """List the evidence that waits for your judgement.

    What a judgement would change most comes first.
    """
    with tracker_session(context) as tracker:
        cards = tracker.evidence.inbox(question)
        if json or not cards:
            print_result(cards, json, "Nothing waits for review.")
            return
        kinds = {row.question.id: row.question.kind for row in tracker.questions.list()}
        headlines = tracker.system.headline_credit()
    console.print(inbox_table(cards, kinds))
    if headlines:
        console.print(tables.safe_text(headlines))


class _ReviewOptions(TypedDict):
    direction: str | None
    strength: str | None
    if_yes: str | None
    if_no: str | None
    note: str
    forecaster: ForecasterId | None


@click.command()
@click.argument("number", type=int, metavar="NR")
@click.argument("verdict", type=click.Choice(["confirm", "reject", "reopen"]))
@click.option("--direction", metavar="WORD", help=f"Correct what it speaks for: {DIRECTION_WORDS}")
@click.option(
    "--strength",
    type=click.Choice([s.name.lower() for s in Strength]),
    help="Correct how strongly.",
)
@click.option(
    "--if-yes", metavar="WORD", help='How expected it is if the answer is YES, such as "likely".'
)
@click.option("--if-no", metavar="WORD", help="How expected it is if the answer is NO: say both.")
@click.option("--note", default="", metavar="TEXT", help="Why, kept with the decision.")
@forecaster_option
@as_json
@click.pass_context
def review(
    context: click.Context,
    /,
    number: int,
    verdict: str,
    json: bool,
    **options: Unpack[_ReviewOptions],
) -> None:
    """Confirm a piece of evidence, perhaps corrected, or reject it.

    What is reopened waits again, as it was logged.
    """
    if verdict == "reopen":
        _reopen_evidence(context, number, json, options)
        return
    status: EvidenceStatus = "confirmed" if verdict == "confirm" else "rejected"
    strength = Strength[options["strength"].upper()] if options["strength"] else None
    direction, option = None, ""
    if options["if_yes"] or options["if_no"]:
        direction, strength = _elicit(options)
    with tracker_session(context) as tracker:
        card = tracker.evidence.get(number)
        watch = EstimateWatch(tracker, card.evidence.question_id)
        if options["direction"]:
            direction, option = parse_side(watch.question, options["direction"])
        piece = tracker.evidence.review(
            number,
            status,
            direction=direction,
            strength=strength,
            option=option,
            note=options["note"],
            forecaster=options["forecaster"],
        )
        words = [
            f"Evidence {number} on {piece.question_id} is {piece.status}: "
            f"{describe_piece(watch.question, piece, card.headline)}.",
            watch.describe_move(piece.option),
        ]
        if piece.reviewed and (remark := tracker.evidence.get(number).remark):
            words.append(f"It is {remark}.")
    if piece.reviewed and piece.direction and not piece.option:
        words.append("Headlines like this one will be found from now on.")
    print_result(piece, json, "\n".join(words))


def _reopen_evidence(
    context: click.Context, number: int, json: bool, options: _ReviewOptions
) -> None:
    if any(value for name, value in options.items() if name != "forecaster"):
        raise Refused("what is reopened waits as it was logged: give nothing but the number")
    with tracker_session(context) as tracker:
        card = tracker.evidence.get(number)
        watch = EstimateWatch(tracker, card.evidence.question_id)
        piece = tracker.evidence.reopen(number, options["forecaster"])
        move = watch.describe_move(piece.option)
    waits = f"Evidence {number} on {piece.question_id} waits for review again"
    print_result(piece, json, f"{waits}: “{card.headline}”.\n{move}")


def _elicit(options: _ReviewOptions) -> tuple[Direction, Strength]:
    """Derive direction and strength from the likelihoods of the report under either answer."""
    if_yes, if_no = options["if_yes"], options["if_no"]
    if not (if_yes and if_no) or options["direction"] or options["strength"]:
        raise click.UsageError(
            "give --if-yes and --if-no together, and then neither --direction nor --strength"
        )
    return strength_from_words(if_yes, if_no)


def inbox_table(cards: Sequence[EvidenceCard], kinds: Mapping[QuestionId, Kind]) -> Table:
    """Build the table of pending evidence with its judgement, confidence and reasons."""
    table = tables.new_table("nr", "seen", "report", "speaks", "why")
    for card in cards:
        piece = card.evidence
        copies = f" ({len(card.items)} reports)" if len(card.items) > 1 else ""
        report = (
            f"{card.headline}{copies} – {card.carrier.feed_title}\non {piece.question_id}: "
            f"{card.indicator_name}"
        )
        speaks = [
            _describe_side(card, kinds[piece.question_id]),
            f"strength {piece.strength.name.lower()}",
            _describe_relevance(card),
            *(["context only"] if card.context_only else []),
        ]
        table.add_row(
            str(piece.id),
            format_utc_day(piece.first_seen_at),
            tables.safe_text(report),
            tables.safe_text("\n".join(speaks)),
            tables.safe_text("\n".join(_list_reasons(card))),
        )
    return table


def _describe_relevance(card: EvidenceCard) -> str:
    """Describe the relevance by all judgements so far, and that with which it was logged."""
    logged = card.evidence.relevance
    word, shown = PERHAPS if card.perhaps else "relevance", card.corrected
    if shown is None:
        return f"{word} {logged:.2f}"
    return f"{word} {shown:.2f} ({'logged' if card.perhaps else 'counts as'} {logged:.2f})"


def _describe_side(card: EvidenceCard, kind: Kind) -> str:
    piece = card.evidence
    side = describe_side(kind, piece.direction, piece.option)
    return f"{side} {piece.p_direction:.2f}" if piece.direction else side


def _list_reasons(card: EvidenceCard) -> Iterator[str]:
    """Yield the reasons for match and direction, and the notes of a model."""
    why = card.why
    if card.may_answer:
        place = f"tracker question resolve {card.evidence.question_id}"
        yield f"may be the answer itself: if it is, `{place}`"
    if card.remark:
        yield card.remark
    if card.evidence.matched:
        yield f"words: {', '.join(card.evidence.matched)}"
    if why.nearest:
        yield f"nearest: “{why.nearest}”" + (f" ({why.cosine:.2f})" if why.cosine else "")
    if why.leaning:
        yield f"leans: {why.leaning}"
    if card.evidence.demoted:
        yield card.evidence.demoted
    yield from (describe_lift(lift) for lift in card.lifts)
    yield from (decision.note for decision in card.decisions if decision.by.startswith("model:"))


def describe_lift(lift: Lift) -> str:
    """Describe a lift: `lifted on 2026-12-03 from relevance 0.31 to 0.85 by “…”`."""
    before, after = lift.relevance
    by = "a story that joined it" if lift.report is None else f"“{lift.report.item.title}”"
    day = format_utc_day(lift.decision.at)
    return f"lifted on {day} from relevance {before:.2f} to {after:.2f} by {by}"


_STRENGTHS = [strength.name.lower() for strength in Strength if strength is not Strength.NONE]
_LIKELIHOOD_WORDS = click.Choice(list(ICD_203))


class _IndicatorOptions(TypedDict):
    name: str
    speaks: str
    strength: str
    terms: tuple[str, ...]
    unless: tuple[str, ...]
    examples: tuple[str, ...]
    opposites: tuple[str, ...]
    half_life: float
    expected_by: str | None
    if_yes: str | None
    if_no: str | None


@click.command()
@click.argument("question")
@click.option("--name", required=True, metavar="TEXT", help="What would be reported.")
@click.option(
    "--speaks",
    required=True,
    metavar="ANSWER",
    help=DIRECTION_WORDS,
)
@click.option("--strength", type=click.Choice(_STRENGTHS), default="moderate", show_default=True)
@click.option(
    "--term",
    "terms",
    multiple=True,
    metavar="WORDS",
    help="Optional: words of which a report has one, with | between; * is any ending. "
    "Repeated: both.",
)
@click.option(
    "--unless",
    multiple=True,
    metavar="WORD",
    help="A word that no such report has; may be given again.",
)
@click.option(
    "--example",
    "examples",
    required=True,
    multiple=True,
    metavar="HEADLINE",
    help="One that would say so.",
)
@click.option(
    "--opposite", "opposites", multiple=True, metavar="HEADLINE", help="One that would deny it."
)
@click.option(
    "--half-life",
    type=float,
    default=45.0,
    show_default=True,
    metavar="DAYS",
    help="How fast its weight fades; 0: never.",
)
@click.option(
    "--expected-by", metavar="DATE", help="By when it should be reported, so that silence counts."
)
@click.option(
    "--if-yes",
    type=_LIKELIHOOD_WORDS,
    help="How likely it is reported by then if the answer is YES or its like.",
)
@click.option("--if-no", type=_LIKELIHOOD_WORDS, help="The same if the answer is NO.")
@as_json
@click.pass_context
def add_indicator(
    context: click.Context, /, question: str, json: bool, **fields: Unpack[_IndicatorOptions]
) -> None:
    """Watch for something more that bears on a question.

    The question is open or to come.
    """
    expected = _build_expectation(fields)
    with tracker_session(context) as tracker:
        target = tracker.questions.get(question).summary.question
        direction, option = parse_side(target, fields["speaks"])
        added = tracker.questions.add_indicator(
            Indicator(
                id=make_indicator_id(question, fields["name"]),
                question_id=QuestionId(question),
                name=" ".join(fields["name"].split()),
                direction=direction,
                strength=Strength[fields["strength"].upper()],
                terms=parse_terms(fields["terms"]),
                unless=fields["unless"],
                examples=fields["examples"],
                opposites=fields["opposites"],
                half_life_days=fields["half_life"] or None,
                expected=expected,
                option=option,
            )
        )
    side = describe_side(target.kind, added.direction, added.option)
    print_result(added, json, f"{added.id} is watched for; it speaks {side}.")


def _build_expectation(fields: _IndicatorOptions) -> Expectation | None:
    expected_by, if_yes, if_no = fields["expected_by"], fields["if_yes"], fields["if_no"]
    if expected_by is None and if_yes is None and if_no is None:
        return None
    if expected_by is None or if_yes is None or if_no is None:
        raise InvalidQuestion(
            "an expected indicator has --expected-by, --if-yes and --if-no: give all three or none"
        )
    return Expectation(utc(expected_by), if_yes, if_no)
