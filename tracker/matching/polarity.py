"""Polarity of an item: agreement with an indicator's examples or with their opposites. No
sentiment.

The item is compared with every phrasing: shared words and their negation, shared opposites (rise /
fall) and the end named, and the direction of the whole. Support for the other side is subtracted,
so that swapping examples and opposites swaps the sign. The head of directions weighs this beside
the lines that are nearest on either side. It abstains where little speaks for either side, and
where the headline does not report the event: a question, a supposition, no word of the event,
somebody else who does it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.matching.direction_model import PLAIN_FEATURES, SIDED_FEATURES, DirectionHead
from tracker.matching.headline_assertions import HeadlineAssertions, analyse_assertions
from tracker.matching.polarity_lexicon import NEGATED_NAMES, stem_english
from tracker.matching.thresholds import compare_with_threshold, find_threshold

FEATURE_WEIGHTS = (0.98, 0.29, 0.49, 0.46, 0.47)
"""Log-odds for opposites, words, parity, going ahead and more, each as examples minus opposites.

Fitted by ridge logistic regression on the development half of `tests/matching/opposite_pairs.py`,
all written by us, then multiplied by 0.6: real news is less tidy than invented pairs.
"""

MIN_TOPIC_FACTOR = 0.3
FULL_TOPIC_SHARE = 0.5
"""The log-odds count in full if the item shares half of a phrasing's words and opposites (without
names), less below, down to the first number if it shares none: an item on another topic has no
direction. Set by hand.
"""

ONE_SIDED_FACTOR = 0.6
"""Factor on the log-odds if only one side has phrasings: an item unlike the examples need not be
the opposite. Set by hand.
"""

MAX_SUMMARY_LENGTH = 300
"""Characters of the summary that are read: its first sentences hold its content."""

MAX_LOG_ODDS = 3.5
"""Log-odds of the clearest item, as sarcasm and errors of the rules remain."""

P_PASSED = 0.95
"""Chance that a figure beyond the threshold decides the side; on our labels 42 of 45, 3 without a
side.
"""

P_SAME = 0.97
"""Chance that an item with all the words of a phrasing, negated alike and with its names in order,
says what it says. Set by hand: no such pair is among our labels.
"""

HEDGE_FACTOR = 0.65
CONDITIONAL_FACTOR = 0.5
SWAPPED_FACTOR = 0.1
"""Factors on the log-odds for each hedge (two at most) that the phrasings lack, for "if" and
"would", and for two names in another order than in the phrasings. Set by hand.
"""

_CONDITIONS = frozenset(["if", "unless", "would"])
_ARTICLES = frozenset("the a an their its his her this that of".split())


@dataclass(frozen=True, slots=True)
class Polarity:
    """Agreement of an item with the examples.

    `sign` is +1 as in the examples, -1 the opposite, 0 abstains. `p_right` is the probability that
    the sign is right, 0.5 (undecided; always so if `sign` is 0) to 1. `why` explains it; `nearest`
    is the phrasing most like the item, empty if there is none.
    """

    sign: int
    p_right: float
    why: str
    nearest: str


@dataclass(frozen=True, slots=True)
class LineComparison:
    """Comparison of an item with the lines of a profile, by words and meaning.

    `relevance` are the log-odds of the best line. `nearest` is the best line for it less the best
    one against it, in log-odds, `meaning` the cosine with the first example less that with the
    first opposite. The others are features of the best line.
    """

    relevance: float = 0.0
    nearest: float = 0.0
    meaning: float = 0.0
    near: float = 0.0
    event_covered: float = 0.0
    headline_covered: float = 0.0


@dataclass(frozen=True, slots=True)
class PreparedPhrasings:
    """Analysed phrasings of an indicator."""

    examples: tuple[HeadlineAssertions, ...]
    opposites: tuple[HeadlineAssertions, ...]
    plain: frozenset[str]
    hedges: frozenset[str]


def prepare_phrasings(examples: Sequence[str], opposites: Sequence[str]) -> PreparedPhrasings:
    """Analyse an indicator's phrasings once, for any number of items."""
    plain = _find_name_negations(examples, opposites)
    for_it = tuple(analyse_assertions(text, plain) for text in examples)
    against = tuple(analyse_assertions(text, plain) for text in opposites)
    return PreparedPhrasings(
        for_it, against, plain, frozenset().union(*(p.hedges for p in (*for_it, *against)))
    )


def judge_polarity(
    title: str,
    summary: str,
    prepared: PreparedPhrasings,
    *,
    lines: LineComparison,
    head: DirectionHead,
) -> Polarity:
    """Judge an item: +1 if it says what the examples say, -1 for the opposite, 0 if undecided.

    >>> from tracker.matching.direction_model import load_direction_head
    >>> head, lines = load_direction_head("lexical"), LineComparison(relevance=1.0)
    >>> china = prepare_phrasings(["China condemns the invasion"],
    ...     ["China refuses to condemn the invasion"])
    >>> judgement = judge_polarity(
    ...     "Beijing stops short of condemning the invasion", "", china, lines=lines, head=head)
    >>> judgement.sign, judgement.why
    (-1, 'as in the opposite “China refuses to condemn the invasion”')
    >>> judge_polarity(
    ...     "Will China condemn the invasion?", "", china, lines=lines, head=head).sign
    0
    """
    if not prepared.examples and not prepared.opposites:
        return Polarity(0, 0.5, "there are no phrasings to compare with", "")
    item = analyse_assertions(title, prepared.plain)
    if passed := _compare_with_figure(title, prepared):
        why = "its figure lies on this side of the threshold"
        return Polarity(passed, P_PASSED, why, _find_nearest(item, prepared, passed).text)
    if why := find_reason_to_abstain(item, prepared):
        return Polarity(0, 0.5, why, _find_nearest(item, prepared, 0).text)
    if same := _find_same(item, prepared):
        return Polarity(same, P_SAME, "it has the words of this line", item.text)
    expected = head.expect(
        compute_sided_features(item, summary, prepared, lines), compute_plain_features(lines)
    )
    if abs(expected) < head.margin:
        nearest = _find_nearest(item, prepared, 0).text
        return Polarity(0, 0.5, "too little speaks for either side", nearest)
    sign = 1 if expected > 0 else -1
    why = _explain(item, prepared, sign)
    return Polarity(
        sign, (1.0 + abs(expected)) / 2.0, why, _find_nearest(item, prepared, sign).text
    )


def _find_same(item: HeadlineAssertions, prepared: PreparedPhrasings) -> int:
    """Return 1 or -1 if the item has the words of a phrasing of one side alone, else 0."""
    is_for, is_against = (
        any(item.stems == line.stems and item.names == line.names for line in side)
        for side in (prepared.examples, prepared.opposites)
    )
    return int(is_for) - int(is_against)


def compute_sided_features(
    item: HeadlineAssertions, summary: str, prepared: PreparedPhrasings, lines: LineComparison
) -> tuple[float, ...]:
    """Return the features that change their sign with the sides, in the order of
    `SIDED_FEATURES`.
    """
    odds = _compute_odds(item, prepared)
    first = PreparedPhrasings(
        prepared.examples[:1], prepared.opposites[:1], prepared.plain, prepared.hedges
    )
    body = (
        analyse_assertions(summary[:MAX_SUMMARY_LENGTH], prepared.plain)
        if summary.strip()
        else None
    )
    agrees = math.copysign(1.0, odds) if odds * lines.nearest > 0 else 0.0
    values = {
        "assertions": odds,
        "nearest line": lines.nearest,
        "agreement": agrees,
        "parity": compute_features(item, first)[2],
        "opposites in summary": compute_features(body, prepared)[0] if body else 0.0,
        "meaning": lines.meaning,
    }
    return tuple(values[name] for name in SIDED_FEATURES)


def compute_plain_features(lines: LineComparison) -> tuple[float, ...]:
    """Return the features that tell if there is a side, in the order of `PLAIN_FEATURES`."""
    values = {
        "relevance": lines.relevance,
        "near": lines.near,
        "event covered": lines.event_covered,
        "headline covered": lines.headline_covered,
    }
    return tuple(values[name] for name in PLAIN_FEATURES)


def _compare_with_figure(title: str, prepared: PreparedPhrasings) -> int:
    """Return the side on which the headline's figure lies of the threshold, if there is one."""
    for phrasings, side in ((prepared.examples, 1), (prepared.opposites, -1)):
        threshold = find_threshold(phrasings[0].text) if phrasings else None
        if threshold is not None and (sign := compare_with_threshold(title, threshold)):
            return sign * side
    return 0


def find_reason_to_abstain(item: HeadlineAssertions, prepared: PreparedPhrasings) -> str:
    """Return the reason why a headline reports neither outcome; "" if it may."""
    if item.asks:
        return "it asks and does not say"
    if item.supposes:
        return "it supposes or explains, and reports nothing"
    phrasings = (*prepared.examples, *prepared.opposites)
    if not any(_count_shared(item, phrasing) for phrasing in phrasings):
        return "it has no word of the event"
    first = (*prepared.examples[:1], *prepared.opposites[:1])
    actors = {_compare_actor(item, phrasing) for phrasing in first}
    return "somebody else does it" if -1 in actors and 1 not in actors else ""


def _compare_actor(item: HeadlineAssertions, phrasing: HeadlineAssertions) -> int:
    """Return +1 if the item has the phrasing's actor before the same event, -1 behind it, 0 if
    neither.
    """
    if not phrasing.cues:
        return 0
    axes, place = phrasing.cues[0]
    actors = {stem for stem in phrasing.order[:place] if stem in phrasing.names}
    where = [n for n, stem in enumerate(item.order) if stem in actors]
    for item_axes, cue in item.cues if where else ():
        if item_axes & axes:
            is_agent = where[0] < cue or "by" in item.order[cue : where[0]]
            return 1 if is_agent else -1
    return 0


def compute_features(item: HeadlineAssertions, prepared: PreparedPhrasings) -> tuple[float, ...]:
    """Return the support for the examples less that for the opposites, in the order of
    `FEATURE_WEIGHTS`.

    A side without phrasings is taken as the reverse of the other.
    """
    supporting = [_compare_phrasing(item, phrasing) for phrasing in prepared.examples]
    against = [_compare_phrasing(item, phrasing) for phrasing in prepared.opposites]
    sides = [
        (_combine_side([v[k] for v in supporting]), _combine_side([v[k] for v in against]))
        for k in range(len(FEATURE_WEIGHTS))
    ]
    if not supporting:
        return tuple(-2.0 * b for _, b in sides)
    if not against:
        return tuple(2.0 * a for a, _ in sides)
    return tuple(a - b for a, b in sides)


def score_topic(item: HeadlineAssertions, prepared: PreparedPhrasings) -> float:
    """Return the degree to which the item is on the phrasings' topic (0..1); names alone give no
    direction.
    """
    share = 0.0
    for phrasing in (*prepared.examples, *prepared.opposites):
        share = max(
            share, _count_shared(item, phrasing) / max(2, len(phrasing.stems) - len(phrasing.names))
        )
    whole = 1.0 if prepared.examples and prepared.opposites else ONE_SIDED_FACTOR
    return whole * (
        MIN_TOPIC_FACTOR + (1.0 - MIN_TOPIC_FACTOR) * min(1.0, share / FULL_TOPIC_SHARE)
    )


def _compute_odds(item: HeadlineAssertions, prepared: PreparedPhrasings) -> float:
    odds = math.fsum(
        w * f for w, f in zip(FEATURE_WEIGHTS, compute_features(item, prepared), strict=True)
    ) * score_topic(item, prepared)
    odds = max(
        -MAX_LOG_ODDS, min(MAX_LOG_ODDS, odds)
    )  # first, so that a hedge weakens even the clearest item
    hedges = item.hedges - prepared.hedges
    odds *= HEDGE_FACTOR ** min(2, len(hedges))
    if hedges & _CONDITIONS:
        odds *= CONDITIONAL_FACTOR
    return odds * SWAPPED_FACTOR if _has_swapped_names(item, prepared) else odds


def _compare_phrasing(item: HeadlineAssertions, phrasing: HeadlineAssertions) -> tuple[float, ...]:
    axes = math.fsum(
        v * phrasing.axes[name] for name, v in item.axes.items() if name in phrasing.axes
    )
    stems = math.fsum(
        v * phrasing.stems[word] for word, v in item.stems.items() if word in phrasing.stems
    )
    return (
        max(-2.0, min(2.0, axes)),
        stems / math.sqrt(1 + len(phrasing.stems)),
        float(item.parity * phrasing.parity),
        item.going * (phrasing.going or 0.5),  # a plain statement goes ahead, if less clearly
        item.more * phrasing.more,
    )


def _combine_side(values: list[float]) -> float:
    """Return the strongest support plus the strongest contradiction; 0 without any."""
    return max(0.0, *values) + min(0.0, *values) if values else 0.0


def _count_shared(item: HeadlineAssertions, phrasing: HeadlineAssertions) -> int:
    axes = sum(1 for name, value in item.axes.items() if value and phrasing.axes.get(name))
    return axes + sum(
        1 for word in phrasing.stems if word in item.stems and word not in phrasing.names
    )


def _has_swapped_names(item: HeadlineAssertions, prepared: PreparedPhrasings) -> bool:
    """Return True if two names stand in another order than in every phrasing that has both ("Russia
    condemns China").
    """
    orders = {
        _compare_order(item, phrasing) for phrasing in (*prepared.examples, *prepared.opposites)
    }
    return -1 in orders and 1 not in orders


def _compare_order(item: HeadlineAssertions, phrasing: HeadlineAssertions) -> int:
    """Return +1 if two names of the phrasing have the same order in the item, -1 for the other, 0
    if undecidable.
    """
    names = [name for name in dict.fromkeys(phrasing.names) if name in item.order]
    if len(names) < 2:
        return 0
    first, second = item.order.index(names[0]), item.order.index(names[1])
    between = item.order[min(first, second) + 1 : max(first, second)]
    if first < second or not between or {"by", "and", "with"} & set(between):
        return 1
    return -1


def _find_name_negations(examples: Sequence[str], opposites: Sequence[str]) -> frozenset[str]:
    """Return negations inside names of the phrasings: "no limit", or any behind an article ("its no
    fly zone").
    """
    negations = set()
    for text in (*examples, *opposites):
        words = analyse_assertions(text).order
        for before, word, after in zip(("", *words), words, (*words[1:], ""), strict=False):
            if f"{word} {after}" in NEGATED_NAMES or (
                before in _ARTICLES and word in ("no", "not", "zero", "never")
            ):
                negations.add(f"{word} {stem_english(after)}")
    return frozenset(negations)


def _find_nearest(
    item: HeadlineAssertions, prepared: PreparedPhrasings, sign: int
) -> HeadlineAssertions:
    """Return the phrasing most like the item, of the winning side if it has any."""
    candidates = {1: prepared.examples, -1: prepared.opposites}.get(sign) or (
        *prepared.examples,
        *prepared.opposites,
    )
    return max(
        candidates,
        key=lambda phrasing: (_count_shared(item, phrasing), _compare_phrasing(item, phrasing)[1]),
    )


def _explain(item: HeadlineAssertions, prepared: PreparedPhrasings, sign: int) -> str:
    winning = prepared.examples if sign > 0 else prepared.opposites
    opposite = "" if sign > 0 else "the opposite "
    closest = _find_nearest(item, prepared, 0)
    if item.turns and (not winning or (closest not in winning and item.parity != closest.parity)):
        return f"“{item.turns[0]}” turns round “{closest.text}”"
    if not winning:
        return f"the other way round than “{closest.text}”"
    return f"as in {opposite}“{_find_nearest(item, prepared, sign).text}”"
