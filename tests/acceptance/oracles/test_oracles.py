"""Reference cases are replayed through the library, and every difference is told."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.acceptance.conftest import Shell
from tests.acceptance.oracles import FUNCTIONS, Replay, by_hand, replay
from tests.acceptance.oracles.by_hand_vectors import PLATFORM
from tests.acceptance.oracles.comparing import differences


def written(directory: Path, content: Any, name: str = "cases.json") -> Path:
    """A file with this content."""
    path = directory / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def scoring(
    function: str, given: dict[str, Any], expected: Any, tolerance: float = 1e-9
) -> dict[str, Any]:
    """A case as scoring files have it."""
    return {
        "id": function,
        "function": function,
        "input": given,
        "expected": expected,
        "tolerance": tolerance,
    }


def replayed(directory: Path, content: Any) -> Replay:
    """What a file with this content comes to."""
    return replay([written(directory, content)])


def reasons(found: Replay) -> list[str]:
    """Why cases failed without a number."""
    return [failure.reason for failure in found.failures]


HAND_MADE = [*by_hand.SCORING, *by_hand.OVER_TIME, *by_hand.POINTS, *by_hand.LOOSE]


@pytest.mark.parametrize(
    "case", [scoring(*case) for case in HAND_MADE], ids=lambda case: case["id"]
)
def test_a_case_worked_out_by_hand_passes(tmp_path: Path, case: dict[str, Any]) -> None:
    found = replayed(tmp_path, {"cases": [case]})
    assert found == Replay(1, (), ())


def test_curves_are_made_from_the_notes_of_a_case(tmp_path: Path) -> None:
    assert replayed(tmp_path, {"cases": [by_hand.GENERATED]}) == Replay(1, (), ())


def test_the_title_may_give_the_imputed_base_rate(tmp_path: Path) -> None:
    given = {**by_hand.TEN_DAYS, "forecasts": [by_hand.at(6, 0.8)]}
    case = {**scoring("gap_policy", given, {"impute_base": 0.145}), "title": "gaps: base rate 0.5"}
    assert replayed(tmp_path, {"cases": [case]}).ok


@pytest.mark.parametrize("section", [name for name in PLATFORM if isinstance(PLATFORM[name], list)])
def test_a_platform_vector_worked_out_by_hand_passes(tmp_path: Path, section: str) -> None:
    vectors = PLATFORM[section]
    assert replayed(tmp_path, {section: vectors}) == Replay(len(vectors), (), ())


def test_a_whole_file_of_platform_vectors_is_replayed(tmp_path: Path) -> None:
    count = sum(len(vectors) for vectors in PLATFORM.values() if isinstance(vectors, list))
    assert replayed(tmp_path, PLATFORM) == Replay(count, (), ())


def test_every_function_has_a_case_by_hand() -> None:
    assert {case[0] for case in HAND_MADE} | set(PLATFORM) >= set(FUNCTIONS)


def test_a_bare_list_of_cases_is_a_file_too(tmp_path: Path) -> None:
    case = scoring("brier_index", {"brier": 0.25}, 50)
    del case["tolerance"]
    assert replayed(tmp_path, [case]) == Replay(1, (), ())


def test_a_number_that_is_off_is_told_with_its_difference(tmp_path: Path) -> None:
    case = scoring(
        "binary_scores",
        {"p": 0.8, "outcome": 1},
        {"brier": 0.05, "log_loss": "inf", "brier_gjo": 0.08},
    )
    (failure,) = replayed(tmp_path, {"cases": [case]}).failures
    brier, log = failure.differences
    assert (failure.file, failure.case, brier.key, log.key) == (
        "cases.json",
        "binary_scores",
        "brier",
        "log_loss",
    )
    assert brier.difference == pytest.approx(-0.01)
    assert (log.expected, log.difference) == ("inf", None)


def test_what_should_be_refused_and_is_not_fails(tmp_path: Path) -> None:
    (failure,) = replayed(
        tmp_path, [scoring("brier_index", {"brier": 0.25}, "ValueError")]
    ).failures
    assert (failure.differences[0].expected, failure.differences[0].got) == ("ValueError", 50.0)


def test_what_should_not_be_refused_and_is_fails(tmp_path: Path) -> None:
    (reason,) = reasons(replayed(tmp_path, [scoring("brier_index", {"brier": -1}, 50)]))
    assert reason.startswith("refused: a probability lies between 0 and 1")


def test_an_unknown_function_fails_and_names_known_ones(tmp_path: Path) -> None:
    found = replayed(
        tmp_path,
        [scoring("brier_of_tea_leaves", {}, 1), scoring("brier_index", {"brier": 0.25}, 50)],
    )
    assert (found.passed, found.failed) == (1, 1)
    assert "use one of aggregate, base_rate" in reasons(found)[0]


def test_a_malformed_case_does_not_hide_others(tmp_path: Path) -> None:
    found = replayed(
        tmp_path,
        [scoring("brier_index", {}, "ValueError"), scoring("brier_index", {"brier": 0.25}, 50)],
    )
    assert (found.passed, reasons(found)) == (1, ["KeyError: 'brier'"])


@pytest.mark.parametrize("value", [[0.2, 0.3, 0.5], [0.2]])
def test_daily_scores_of_anything_but_two_options_are_refused(
    tmp_path: Path, value: list[float]
) -> None:
    vector = {
        "outcome_index": 0,
        "ann": [["11-01", value]],
        "daily_median": [0.1],
        "avg_daily": {"ann": 0.1},
    }
    assert reasons(replayed(tmp_path, {"gjo_accuracy": [vector]}))[0].startswith(
        "refused: daily scores are of binary"
    )


def test_a_day_without_any_forecast_has_no_median(tmp_path: Path) -> None:
    vector = {"outcome_index": 1, "ann": [["11-01", [0.5, 0.5]]], "days": 1, "daily_median": [0.5]}
    empty = {**vector, "bob": [], "days": 0.5, "daily_median": []}
    assert replayed(tmp_path, {"gjo_accuracy": [vector]}).ok
    assert replayed(tmp_path, {"gjo_accuracy": [empty]}).failed == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("7", "holds no cases"),
        ("{}", "holds no cases"),
        (
            '{"cases": [{"id": "A01", "function": "brier_index"}]}',
            "a case is not as it should be (KeyError('input'))",
        ),
        ('{"cases": [{"id": "EV01", "items": []}]}', "KeyError('function')"),
        ('{"brier": [{"p": [0.5, 0.5], "true": 1}]}', "KeyError('expect')"),
    ],
)
def test_a_file_without_cases_is_told_from_one_with(tmp_path: Path, text: str, reason: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    found = replay([bad, written(tmp_path, [scoring("brier_index", {"brier": 0.25}, 50)])])
    assert (found.passed, found.failed, found.ok) == (1, 0, False)
    assert reason in found.unreadable[0]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (reason,) = replay([tmp_path / "nowhere.json"]).unreadable
    assert reason.endswith(
        "nowhere.json cannot be read (No such file or directory): name a file that is there and "
        "that you may read"
    )


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, 1.0),
        (math.inf, math.inf),
        (None, None),
        (None, math.nan),
        (math.nan, None),
        ("unscored", "unscored"),
        ([1, None], (np.float64(1.0), math.nan)),
        ([0.5, 0.5], np.array([0.5, 0.5])),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ({"7": 1}, {7: 1}),
        (0.3, 0.1 + 0.2),
    ],
)
def test_values_that_say_the_same_do_not_differ(expected: Any, got: Any) -> None:
    assert differences(expected, got, 0.0) == []


@pytest.mark.parametrize(
    ("expected", "got", "key"),
    [
        (1, 1.1, ""),
        (1, None, ""),
        (None, 0, ""),
        (math.inf, 1e300, ""),
        (math.inf, -math.inf, ""),
        (1, math.nan, ""),
        ("unscored", {"brier": 0.2}, ""),
        ([1], [1, 2], ""),
        ([1, 2], [1, 3], "[1]"),
        ([1], "1", ""),
        ({"a": 1}, {}, "a"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "a[1].b"),
        ({"a": 1}, [1], ""),
    ],
)
def test_values_that_say_something_else_differ_at_their_place(
    expected: Any, got: Any, key: str
) -> None:
    (found,) = differences(expected, got, 1e-9)
    assert found.key == key


def test_a_tolerance_is_kept_to() -> None:
    assert differences(0.5, 0.55, 0.05) == []
    assert len(differences(0.5, 0.5501, 0.05)) == 1


def test_the_command_says_how_many_passed(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, [scoring("brier_index", {"brier": 0.25}, 50) for _ in range(3)])
    assert shell("oracles", path).stdout.strip() == "3 passed, 0 failed"
    record = json.loads(shell("oracles", path, "--json").stdout)
    assert record == {"passed": 3, "failed": 0, "failures": [], "errors": []}


def test_the_command_fails_and_shows_every_difference(shell: Shell, tmp_path: Path) -> None:
    whole = scoring("corp_consistency_band", {"p": [1, 1], "resamples": 9}, list(range(60)))
    cases = [
        {**scoring("brier_index", {"brier": [0.25, 1]}, [50, 1]), "notes": "see \x1b[31mred"},
        whole,
        scoring("x", {}, 1),
    ]
    path = written(tmp_path, cases)
    out = shell("oracles", path, code=1).stdout
    assert "cases.json: brier_index, brier_index (see [31mred)" in out
    assert "[1]: expected 1, got 0.0, difference -1 (tolerance 1e-09)" in out
    assert "  expected [0, 1, 2, 3, " in out
    assert "…, got {'x': [1.0], 'lower': [1.0]," in out
    assert "no function 'x' here" in out
    assert out.endswith("0 passed, 3 failed\n")


def test_the_differences_are_json_too(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, [scoring("crps_normal", {"mu": 0, "sigma": 1, "y": 0}, "inf")])
    found = json.loads(shell("oracles", path, "--json", code=1).stdout)
    assert (found["passed"], found["failed"]) == (0, 1)
    (difference,) = found["failures"][0]["differences"]
    assert (difference["key"], difference["expected"], difference["difference"]) == (
        "",
        "inf",
        None,
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"[" * 100_000, "nested"),
        (b'{"cases": ' + b"[" * 400 + b"]" * 400 + b"}", "nested"),
        (b'{"cases": [' + b"9" * 5_000 + b"]}", "is not JSON"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_an_unreadable_file_is_one_line_on_standard_error(
    shell: Shell, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "cases.json").write_bytes(content)
    result = shell("oracles", tmp_path / "cases.json", code=1)
    assert result.stdout == "0 passed, 0 failed\n"
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert reason in line


def test_a_file_name_that_is_not_utf8_is_escaped(shell: Shell) -> None:
    result = shell("oracles", "caf\udce9.json", "--json", code=1)
    assert "caf\\udce9.json cannot be read" in json.loads(result.stdout)["errors"][0]


def test_the_command_needs_a_file(shell: Shell) -> None:
    assert "Missing argument" in shell("oracles", code=2).stderr
