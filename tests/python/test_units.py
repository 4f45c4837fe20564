"""Times as people write them, numbers as people read them."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshsim.units import digits, duration_text, milliseconds_text, nanoseconds, percent


@pytest.mark.parametrize(
    ("written", "ns"),
    [
        ("10m", 600 * 10**9),
        ("1h10m", 4200 * 10**9),
        ("1.5s", 1_500_000_000),
        ("250ms", 250_000_000),
        (" 3us ", 3000),
        (2, 2 * 10**9),
        (0.25, 250_000_000),
        (datetime.timedelta(minutes=1, microseconds=3), 60 * 10**9 + 3000),
    ],
)
def test_a_time_is_a_text_seconds_or_a_timedelta(written: object, ns: int) -> None:
    assert nanoseconds(written) == ns  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", ["", "10", "ten", "5 min", "-1s", -1, math.nan, math.inf, 1e30])
def test_what_is_no_time_is_a_value_error_that_names_the_argument(bad: object) -> None:
    with pytest.raises(ValueError, match="until: "):
        nanoseconds(bad, "until")  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [None, True, [1], b"1s"])
def test_another_type_is_a_type_error(bad: object) -> None:
    with pytest.raises(TypeError, match="until: "):
        nanoseconds(bad, "until")  # type: ignore[arg-type]


@given(st.integers(0, 10**17))
def test_the_text_of_a_duration_means_the_same_duration(ns: int) -> None:
    assert nanoseconds(duration_text(ns)) == ns


@given(st.text(max_size=12))
def test_no_text_crashes_the_parser(text: str) -> None:
    try:
        assert nanoseconds(text) >= 0
    except ValueError as error:
        assert "time" in str(error)


@given(st.floats(1e-6, 1e9))
def test_digits_keep_three_significant_ones(value: float) -> None:
    shown = digits(value)
    assert "e" not in shown
    assert float(shown) == pytest.approx(value, rel=0.0051)


@given(st.floats(0, 1))
def test_a_share_reads_as_all_or_nothing_only_when_it_is(share: float) -> None:
    shown = float(percent(share).removesuffix(" %"))
    assert shown == pytest.approx(100 * share, abs=0.06)
    if 1e-7 < share < 1 - 1e-7:
        assert shown not in (0, 100)


def test_a_latency_tells_its_unit_and_nothing_is_a_dash() -> None:
    assert milliseconds_text(0.1234) == "0.123 ms"
    assert milliseconds_text(999.9) == "1 s"
    assert milliseconds_text(math.nan) == "–"
    assert percent(math.nan) == digits(math.nan) == "–"
