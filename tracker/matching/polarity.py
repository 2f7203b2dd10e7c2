"""Polarity of an item: agreement with an indicator's examples or with their opposites. No
sentiment.

The item is compared with every phrasing: shared words and their negation, shared opposites (rise /
fall) and the end named, and the direction of the whole. Support for the other side is subtracted,
so that swapping examples and opposites swaps the sign. With little support for either side it
abstains.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.matching.headline_assertions import HeadlineAssertions, analyse_assertions
from tracker.matching.polarity_lexicon import NEGATED_NAMES, stem_english

FEATURE_WEIGHTS = (0.98, 0.29, 0.49, 0.46, 0.47)
"""Log-odds for opposites, words, parity, going ahead and more, each as examples minus opposites.

Fitted by ridge logistic regression on the development half of `tests/matching/opposite_pairs.py`,
all written by us, then multiplied by 0.6: real news is less tidy than invented pairs.
"""

COSINE_WEIGHT = 2.0
"""Log-odds for a difference of 1 between the item's best cosine on either side. Set by hand, and
low: opposite headlines are near to each other in every encoder."""

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

SUMMARY_WEIGHT = 0.4
"""Weight of the summary beside the headline. Set by hand."""

MAX_SUMMARY_LENGTH = 300
"""Characters of the summary that are read: its first sentences hold its content."""

MIN_CONFIDENCE = 0.62
"""Probability below which it abstains."""

MAX_CONFIDENCE = 0.97
"""Maximum probability, as sarcasm and errors of the rules remain."""

MAX_LOG_ODDS = math.log(MAX_CONFIDENCE / (1.0 - MAX_CONFIDENCE))

HEDGE_FACTOR = 0.65
CONDITIONAL_FACTOR = 0.5
SWAPPED_FACTOR = 0.1
"""Factors on the log-odds for each hedge (two at most) that the phrasings lack, for "if" and
"would", and for two names in another order than in the phrasings. Set by hand.
"""

_CONDITIONS = frozenset(["if", "unless", "would"])
_ARTICLES = frozenset("the a an their its his her this that of".split())


OWN_LINES_CALIBRATION = (0.46, 0.31)
"""Intercept and slope, in log-odds, of the chance that a call by a question's own lines is right.

Fitted on 1,573 calls on labelled headlines of 306 questions that were compiled by rules: calls at
.97 were right in 82 of 100, at .80 in 71.
"""


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
    similar: Sequence[float] | None = None,
) -> Polarity:
    """Judge an item: +1 if it says what the examples say, -1 for the opposite, 0 if undecided.

    `similar` may give the item's cosines with each example, then each opposite; other lengths are
    ignored.

    >>> china = prepare_phrasings(["China condemns the invasion"],
    ...     ["China refuses to condemn the invasion"])
    >>> judgement = judge_polarity("Beijing stops short of condemning the invasion", "", china)
    >>> judgement.sign, judgement.why
    (-1, 'as in the opposite “China refuses to condemn the invasion”')
    >>> judge_polarity("Will China condemn the invasion?", "", china).sign
    0
    """
    if not prepared.examples and not prepared.opposites:
        return Polarity(0, 0.5, "there are no phrasings to compare with", "")
    head = analyse_assertions(title, prepared.plain)
    if head.asks:
        return Polarity(0, 0.5, "it asks and does not say", _find_nearest(head, prepared, 0).text)
    odds = _compute_odds(head, prepared)
    if summary:
        odds += SUMMARY_WEIGHT * _compute_odds(
            analyse_assertions(summary[:MAX_SUMMARY_LENGTH], prepared.plain), prepared
        )
    odds += _odds_from_cosines(similar, prepared)
    chance = min(MAX_CONFIDENCE, 1.0 / (1.0 + math.exp(-abs(odds))))
    if chance < MIN_CONFIDENCE:
        return Polarity(
            0, 0.5, "too little speaks for either side", _find_nearest(head, prepared, 0).text
        )
    sign = 1 if odds > 0 else -1
    nearest = _find_nearest(head, prepared, sign)
    return Polarity(sign, chance, _explain(head, prepared, sign), nearest.text)


def calibrate_own_lines(p_right: float) -> float:
    """Return the chance that a call by the lines of a question is right, from the stated one.

    >>> [round(calibrate_own_lines(p), 2) for p in (0.62, 0.8, 0.97)]
    [0.65, 0.71, 0.82]
    """
    intercept, slope = OWN_LINES_CALIBRATION
    p_right = min(max(p_right, 0.5), MAX_CONFIDENCE)
    return 1.0 / (1.0 + math.exp(-intercept - slope * math.log(p_right / (1.0 - p_right))))


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


def _odds_from_cosines(similar: Sequence[float] | None, prepared: PreparedPhrasings) -> float:
    examples = len(prepared.examples)
    if (
        similar is None
        or len(similar) != examples + len(prepared.opposites)
        or not 0 < examples < len(similar)
    ):
        return 0.0
    gap = max(similar[:examples]) - max(similar[examples:])
    return COSINE_WEIGHT * gap if math.isfinite(gap) else 0.0


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
