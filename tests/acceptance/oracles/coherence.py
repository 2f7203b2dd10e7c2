"""Cases of scenarios, and of forecasts that contradict each other."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from forecasts.scenarios import coherence, likelihood_table

Given = Mapping[str, Any]


def scenario_soft_update(given: Given) -> Any:
    """The scenarios' probabilities once they agree with the question board."""
    rows, board = given["likelihood_rows"], given["indicator_probabilities"]
    return likelihood_table.soft_update(given["prior"], rows, board).scenarios


def indicator_information(given: Given) -> Any:
    """Bits by indicator, in a mapping or a list as the rows are."""
    prior, rows = given["prior"], given["likelihood_rows"]
    if isinstance(rows, Mapping):
        return {
            name: likelihood_table.indicator_information(prior, row) for name, row in rows.items()
        }
    return [likelihood_table.indicator_information(prior, row) for row in rows]


def repair_sum_to_one(given: Given) -> Any:
    """The repair of a set that does not add up to 1."""
    return {"log_score": coherence.repair_sum_to_one(given["p"]).after}


def repair_nested_dates(given: Given) -> Any:
    """The chain of deadlines, in the order given."""
    return coherence.repair_nested_dates(
        [(date.fromisoformat(day[:10]), p) for day, p in given["p"]]
    ).after


def repair_implication(given: Given) -> Any:
    """What implies before what is implied: a chain of two."""
    chain = [(date(2027, 1, 1), given["p_a"]), (date(2028, 1, 1), given["p_b"])]
    return coherence.repair_nested_dates(chain).after


def repair_total_probability(given: Given) -> Any:
    """The four forecasts repaired, and how far apart they were."""
    names = ("p_b", "p_a_given_b", "p_a_given_not_b", "p_a")
    said = {name: given[name] for name in names}
    after = coherence.repair_total_probability(**said).after
    return {"gap": coherence.total_probability_gap(**said), **dict(zip(names, after, strict=True))}


FUNCTIONS = {
    "scenario_posterior": lambda given: likelihood_table.scenario_posterior(
        given["prior"], given["likelihood_rows"]
    ),
    "scenario_soft_update": scenario_soft_update,
    "indicator_information": indicator_information,
    "repair_sum_to_one": repair_sum_to_one,
    "repair_implication": repair_implication,
    "repair_negation": lambda given: (
        coherence.repair_sum_to_one([given["p"], given["p_not"]]).after
    ),
    "repair_nested_dates": repair_nested_dates,
    "repair_total_probability": repair_total_probability,
    "repair_dominance": lambda given: coherence.repair_sum_to_one(given["p"]).gains,
}
