"""Replications, comparisons and sweeps: independent of threads, intervals, what Ctrl-C leaves."""

import _thread
import math
import signal
import sys
import threading

import meshsim as ms
import numpy as np
import pytest
from meshsim.examples import tiny
from meshsim.plot.style import png_bytes

LONG = {"run.until": "10h", "load.shoppers.open.rate": 2000}
SLOW = {"behaviour.workloads.cart.time": "30ms"}
OVER = {
    "workers": ("behaviour.workloads.cart.workers", [1, 8]),
    "rate": ("load.shoppers.open.rate", [20, 40, 60]),
}


def interrupt_soon() -> threading.Timer:
    timer = threading.Timer(0.5, _thread.interrupt_main, [signal.SIGINT])
    timer.start()
    return timer


def test_replications_do_not_depend_on_threads() -> None:
    plan = tiny().compile()
    one = ms.replicate(plan, seeds=range(5), threads=1, until="5s")
    two = ms.replicate(tiny(), seeds=range(5), threads=2, until="5s")
    assert [r.hash for r in one] == [r.hash for r in two]
    assert one.seeds == [0, 1, 2, 3, 4]
    assert one[3].hash == plan.run(seed=3, until="5s").hash
    assert len(one[1:3]) == 2
    assert not one.interrupted
    assert one.merged().info.runs == 5
    assert repr(one) == "<Replications: 5 runs>"


def test_the_scenario_says_how_many_replications() -> None:
    runs = ms.replicate(tiny().with_({"run.replications": 3}), until="1s")
    assert len(set(runs.seeds)) == 3
    with pytest.raises(TypeError, match="not both"):
        ms.replicate(tiny(), replications=2, seeds=[1])
    with pytest.raises(ValueError, match="positive"):
        ms.replicate(tiny(), seeds=[])
    with pytest.raises(ValueError, match="seed"):
        ms.replicate(tiny(), seeds=[-1])


def test_the_interval_is_that_of_student() -> None:
    runs = ms.replicate(tiny(), seeds=range(4), until="5s")
    table = runs.table(["rps"])
    values = np.array(runs.values("rps"))
    half = 3.182446 * values.std(ddof=1) / 2  # t of 3 degrees at 95 %
    assert table["mean"][0] == pytest.approx(values.mean())
    assert table["high"][0] - table["mean"][0] == pytest.approx(half, rel=1e-5)
    assert runs.table(["rps"], ci=0.99)["high"][0] > table["high"][0]
    assert math.isinf(runs[:1].table(["rps"])["high"][0])
    assert math.isnan(runs.table(["p99"], load="nobody")["mean"][0])
    with pytest.raises(ValueError, match="no metric 'p98'; there are p50"):
        runs.table(["p98"])
    with pytest.raises(ValueError, match=r"0\.95"):
        runs.table(ci=95)


def test_a_comparison_tells_what_is_worse_and_what_is_the_same() -> None:
    ab = ms.compare(tiny(), tiny().with_(SLOW), replications=4, seed=3, until="5s")
    assert ab.a.seeds == ab.b.seeds == tiny().compile().seeds(4, first=3)
    table = ab.table(["p50", "error_rate", "goodput"]).to_pandas().set_index("metric")
    assert table.loc["p50", "verdict"] == "worse"
    assert table.loc["error_rate", "verdict"] == "same"
    row = table.loc["p50"]
    assert row["difference"] == pytest.approx(row["b"] - row["a"])
    assert 20 < row["low"] < row["difference"] < row["high"] < 35
    back = ms.compare(tiny().with_(SLOW), tiny(), replications=4, seed=3, until="5s")
    assert back.table(["p50"])["verdict"].tolist() == ["better"]
    one = ms.compare(tiny(), tiny().with_(SLOW), replications=4, seed=3, until="5s", threads=1)
    assert one.rows() == ab.rows()


def test_pairs_share_their_arrivals_and_independent_runs_do_not() -> None:
    options = {"replications": 4, "until": "5s"}
    paired = ms.compare(tiny(), tiny().with_(SLOW), **options)
    free = ms.compare(tiny(), tiny().with_(SLOW), paired=False, **options)
    assert [r.info.requests_created for r in paired.a] == [
        r.info.requests_created for r in paired.b
    ]
    assert not set(free.a.seeds) & set(free.b.seeds)
    assert "independent" in repr(free)
    width = [
        float(c.table(["p50"])["high"][0] - c.table(["p50"])["low"][0]) for c in (paired, free)
    ]
    assert all(w > 0 for w in width)


def test_a_comparison_is_drawn_with_intervals_verdicts_and_units() -> None:
    ab = ms.compare(tiny(), tiny().with_(SLOW), replications=3, until="5s", labels=("fast", "slow"))
    figure = ab.plot(["p50", "mean", "error_rate"])
    axes = figure.axes[0]
    assert axes.get_xlabel() == "slow relative to fast (%)"
    assert [t.get_text() for t in axes.get_yticklabels()] == ["p50", "mean", "error_rate"]
    gids = [line.get_gid() for line in axes.get_lines()]
    assert gids.count("interval") == gids.count("mean") == 2  # of 0 nothing is a percentage
    legend = axes.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["worse", "same"]
    texts = [t.get_text() for t in axes.texts]
    assert any(" ms → " in t and t.endswith("worse") for t in texts)
    assert "3 pairs of runs, 95 % intervals" in axes.get_title(loc="left")
    assert png_bytes(figure) == png_bytes(ab.plot(["p50", "mean", "error_rate"]))


def test_a_sweep_has_every_combination_and_does_not_depend_on_threads() -> None:
    grids = [
        ms.sweep(tiny(), over=OVER, replications=2, metrics=["p99", "rps"], threads=t, until="5s")
        for t in (1, 2)
    ]
    frames = [grid.to_pandas() for grid in grids]
    assert frames[0].to_csv() == frames[1].to_csv()
    frame = frames[0]
    assert len(frame) == 12
    assert frame[["workers", "rate"]].drop_duplicates().to_numpy().tolist() == [
        [1, 20], [1, 40], [1, 60], [8, 20], [8, 40], [8, 60],
    ]  # fmt: skip
    assert frame.groupby("replication")["seed"].nunique().tolist() == [1, 1]
    table = grids[0].table()
    assert list(table.columns) == [
        "workers", "rate", "runs", "p99", "p99_low", "p99_high", "rps", "rps_low", "rps_high",
    ]  # fmt: skip
    assert (table["p99_low"] <= table["p99"]).all()
    direct = tiny().with_({"load.shoppers.open.rate": 40}).run(until="5s")
    same = frame[(frame["rate"] == 40) & (frame["workers"] == 8) & (frame["replication"] == 0)]
    assert same["fingerprint"].tolist() == [direct.fingerprint]
    assert "workers (2) × rate (3)" in repr(grids[0])


def test_a_sweep_refuses_what_it_cannot_do() -> None:
    with pytest.raises(ValueError, match="grid"):
        ms.sweep(tiny(), over=OVER, design="sobol")
    with pytest.raises(ValueError, match="at least one axis"):
        ms.sweep(tiny(), over={})
    with pytest.raises(ValueError, match="column of the table"):
        ms.sweep(tiny(), over={"p99": ("run.seed", [1])})
    with pytest.raises(TypeError, match="must be"):
        ms.sweep(tiny(), over={"w": [1, 2]})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="no values"):
        ms.sweep(tiny(), over={"w": ("run.seed", [])})
    with pytest.raises(ValueError, match="runs; at most"):
        ms.sweep(tiny(), over={"w": ("run.seed", range(2000))}, replications=1000)
    with pytest.raises(ms.ScenarioErrors) as caught:
        ms.sweep(tiny(), over={"w": ("behaviour.workloads.cart.workers", [1, -3])})
    assert caught.value.__notes__ == ["at behaviour.workloads.cart.workers = -3"]


def test_without_xarray_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = ms.sweep(tiny(), over={"s": ("run.seed", [1])}, metrics=["rps"], until="1s")
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ImportError, match="pip install xarray"):
        grid.to_xarray()


def test_with_xarray_a_sweep_is_a_dataset() -> None:
    xarray = pytest.importorskip("xarray")
    grid = ms.sweep(tiny(), over=OVER, replications=2, metrics=["rps"], until="2s")
    data = grid.to_xarray()
    assert isinstance(data, xarray.Dataset)
    assert data["rps"].dims == ("workers", "rate", "replication")
    assert data["rps"].attrs["units"] == "1/s"


def test_progress_counts_all_runs_and_what_it_raises_is_raised() -> None:
    seen: list[float] = []
    ms.compare(tiny(), tiny(), replications=2, progress=lambda share, _: seen.append(share))
    assert seen[-1] == 1.0

    def fail(share: float, events: int) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        ms.compare(tiny().with_(LONG), tiny().with_(LONG), replications=2, progress=fail)


def test_ctrl_c_keeps_what_is_finished() -> None:
    quick, endless = tiny().with_({"run.until": "1s"}), tiny().with_(LONG)
    timer = interrupt_soon()
    ab = ms.compare(quick, endless, replications=2, threads=1)
    timer.join()
    assert ab.interrupted
    assert len(ab.a) == len(ab.b) == 0
    assert ab.table(["p99"])["verdict"].tolist() == ["unclear"]
    timer = interrupt_soon()
    over = {"until": ("run.until", ["1s", "10h"]), "r": ("load.shoppers.open.rate", [2000])}
    grid = ms.sweep(tiny(), over=over, metrics=["rps"], threads=1)
    timer.join()
    assert grid.interrupted
    assert len(grid.to_pandas()) == 1
    assert grid.table()["runs"].tolist() == [1, 0]
