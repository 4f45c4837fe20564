"""Pictures of load and saturation: utilisation, queues, hops, amplification, goodput, pods."""

import dataclasses

import numpy as np
import pytest
from fake_record import empty_record, fake_record
from matplotlib.axes import Axes
from meshsim import plot, series
from meshsim.cli.plot_command import NAMES
from meshsim.plot import goodput, inflight, replicas, style, utilisation
from meshsim.record import RunRecord

RECORD = fake_record()


def panel(name: str, record: RunRecord = RECORD, **options: object) -> Axes:
    return plot.figure(record, name, **options).axes[0]


def legend_texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [t.get_text() for t in legend.get_texts()]


def lines(axes: Axes) -> dict[str, np.ndarray]:
    drawn = (line for line in axes.get_lines() if not str(line.get_label()).startswith("_"))
    return {str(line.get_label()): np.asarray(line.get_ydata(), float) for line in drawn}


def test_the_command_line_knows_every_picture() -> None:
    assert set(NAMES) == {*plot.NAMES, "compare"}


def test_utilisation_is_the_busy_share_of_the_workers_of_all_pods() -> None:
    axes = panel("utilisation")
    assert axes.get_ylabel() == "busy workers (%)"
    shown = lines(axes)
    assert set(shown) == {"productpage-v1", "details-v1", "reviews-v1", "reviews-v3"}
    _, busy = series.levels(RECORD, 5, "busy")
    assert shown["reviews-v3"] == pytest.approx(100 * busy / (2 * 16))
    assert next(iter(shown)) in ("reviews-v3", "productpage-v1")  # the busiest first


def test_who_has_no_limit_on_workers_has_no_utilisation() -> None:
    record = fake_record(seconds=10)
    record.context = dataclasses.replace(record.context, workers=(0, 0, 0, 0, 0, 4))
    assert utilisation.busiest(record) == [5]
    record.context = dataclasses.replace(record.context, workers=())
    assert "no workload" in panel("utilisation", record).texts[-1].get_text()


def test_waiting_draws_the_queues_that_were_not_empty() -> None:
    axes = panel("waiting")
    assert axes.get_ylabel() == "waiting for a worker (requests)"
    shown = lines(axes)
    assert list(shown) == ["reviews-v3"]
    assert shown["reviews-v3"][25] >= 15
    assert shown["reviews-v3"][40] == 0


def test_requests_under_way_keep_littles_law() -> None:
    at = (np.arange(600) + 0.5) / 10
    present = inflight.in_flight(RECORD, [4], at)
    rate = RECORD.column("series_by_edge.count")[RECORD.column("series_by_edge.row") == 4].sum()
    steps = series.grid(RECORD, 60 * 10**9)
    assert steps.count == 1
    rows = RECORD.column("latency_series_by_edge.row") == 4
    from meshsim._native import core

    lower, upper = core.bin_bounds(1700)
    bins = RECORD.column("latency_series_by_edge.bin")[rows]
    weight = RECORD.column("latency_series_by_edge.count")[rows]
    took_s = ((lower[bins] + upper[bins]) * 0.5e-9 * weight).sum()
    assert rate > 0
    assert present.mean() == pytest.approx(took_s / 60, rel=0.01)
    assert inflight.in_flight(empty_record(), [0], at).sum() == 0


def test_hops_are_told_apart() -> None:
    axes = panel("inflight")
    assert axes.get_ylabel() == "in flight (requests)"
    assert legend_texts(axes)[0] == "shoppers → ingress"
    assert "productpage-v1 → reviews" in legend_texts(axes)


def test_amplification_counts_arrivals_per_request_of_a_user() -> None:
    axes = panel("amplification")
    assert axes.get_ylabel() == "arrivals at pods per user's request (1)"
    shown = lines(axes)
    assert [name.split(":")[0] for name in shown] == sorted(n.split(":")[0] for n in shown)
    page = next(values for name, values in shown.items() if "productpage" in name)
    assert np.nanmean(page) == pytest.approx(1.0, abs=0.05)


def test_goodput_is_never_above_what_is_offered() -> None:
    axes = panel("goodput")
    assert axes.get_xlabel() == "offered load (1/s)"
    assert axes.get_ylabel() == "goodput (1/s)"
    offered, good = goodput.rates(RECORD, series.grid(RECORD, at_most=120))
    assert (good <= offered).all()
    assert axes.get_xlim() == axes.get_ylim()
    points = axes.collections[-1].get_offsets()
    assert np.asarray(points) == pytest.approx(np.stack([offered, good], axis=1))
    assert "during a fault" in legend_texts(axes)
    assert {t.get_text() for t in axes.texts} >= {"A", "1", "2"}
    rims = np.asarray(axes.collections[-1].get_linewidths())
    assert (rims > 0).sum() == 10  # seconds of the fault
    assert goodput.tells(RECORD)
    assert not goodput.tells(empty_record())
    assert axes.figure.axes[1].get_ylabel() == "simulated time (s)"


def test_goodput_of_an_unknown_load_is_an_error() -> None:
    with pytest.raises(KeyError, match="no load"):
        panel("goodput", load="nobody")


def test_pods_are_steps() -> None:
    axes = panel("replicas")
    assert axes.get_ylabel() == "pods (count)"
    assert all(line.get_drawstyle() == "steps-post" for line in axes.get_lines()[-4:])
    assert not replicas.has_changes(RECORD)
    axes.figure.canvas.draw()
    assert all(float(t.get_text()).is_integer() for t in axes.get_yticklabels() if t.get_text())


def test_new_pictures_are_the_same_bytes_again() -> None:
    for name in ("utilisation", "inflight", "goodput"):
        drawn = [style.png_bytes(plot.figure(fake_record(), name)) for _ in range(2)]
        assert drawn[0] == drawn[1]
