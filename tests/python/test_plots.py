"""Pictures, judged by their artists: data, units in labels, legends, bands."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from fake_record import empty_record, fake_record
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from meshsim import plot, series
from meshsim.plot import overview, split, style, throughput, topology
from meshsim.record import RunRecord

RECORD = fake_record()
OVER_TIME = [name for name in plot.PANELS if name not in ("topology", "ring", "goodput")]


def panel(name: str, record: RunRecord = RECORD, **options: object) -> Axes:
    return plot.figure(record, name, **options).axes[0]


def gids(axes: Axes) -> list[str]:
    return [a.get_gid() for a in axes.get_children() if a.get_gid()]


def legend_texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [t.get_text() for t in legend.get_texts()]


@pytest.mark.parametrize("name", OVER_TIME)
def test_every_axis_over_time_has_units_bands_lines_and_a_legend(name: str) -> None:
    axes = panel(name)
    assert axes.get_xlabel() == "simulated time (s)"
    assert axes.get_xlim() == (0, 60)
    assert name in ("hosts", "ejections") or "(" in axes.get_ylabel()
    assert gids(axes).count("fault") == 1
    assert gids(axes).count("change") == 2
    assert {t.get_text() for t in axes.texts} >= {"A", "1", "2"}
    assert legend_texts(axes)
    assert axes.get_title(loc="left")


@pytest.mark.parametrize("name", [*OVER_TIME, "topology"])
def test_a_legend_covers_no_data(name: str) -> None:
    figure = plot.figure(RECORD, name)
    figure.canvas.draw()
    axes = figure.axes[0]
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_window_extent().y1 <= axes.get_window_extent().y0 + 1
    assert legend.get_window_extent().y0 >= 0


def test_throughput_stacks_what_the_users_got() -> None:
    axes = panel("throughput")
    assert legend_texts(axes) == ["ok (2xx, 3xx)", "5xx from a service", "504 UT: timeout"]
    tops = [c.get_paths()[0].vertices[:, 1].max() for c in axes.collections[-3:]]
    counted = series.counts(RECORD, "series_by_load", series.grid(RECORD))[0]
    assert tops[-1] == pytest.approx(counted.max())
    assert axes.get_ylabel() == "requests per second (1/s)"


@pytest.mark.parametrize(
    ("code", "flags", "label"),
    [
        (200, "-", "ok (2xx, 3xx)"),
        (200, "DI", "ok (2xx, 3xx)"),
        (404, "NR", "4xx"),
        (429, "RL", "4xx"),
        (500, "-", "5xx from a service"),
        (503, "-", "5xx from a service"),
        (503, "UO", "503 UO: limit reached"),
        (503, "UO,URX", "503 UO: limit reached"),
        (504, "UT", "504 UT: timeout"),
        (503, "UH", "503 UH, NC: no host"),
        (503, "NC", "503 UH, NC: no host"),
        (503, "UF,URX", "503 UF, UC: connection"),
        (503, "UC", "503 UF, UC: connection"),
        (503, "FI", "injected fault"),
        (0, "DC", "no answer: caller left"),
    ],
)
def test_an_outcome_belongs_to_the_ending_its_flags_tell(code: int, flags: str, label: str) -> None:
    assert throughput.ENDINGS[throughput.ending_of(code, flags)].label == label


def test_latency_draws_its_quantiles_in_order() -> None:
    axes = panel("latency")
    assert legend_texts(axes) == ["p50", "p90", "p99"]
    p50, p90, p99 = (np.asarray(line.get_ydata(), float) for line in axes.get_lines()[-3:])
    assert (p50 <= p90).all()
    assert (p90 <= p99).all()
    assert axes.get_ylabel() == "latency (ms)"
    assert axes.get_yscale() == "linear"
    other = panel("latency", service="reviews", q=(0.1, 0.5, 0.9, 0.999))
    assert legend_texts(other) == ["p10", "p50", "p90", "p99.9"]
    assert "reviews" in other.get_title(loc="left")


def test_latency_is_logarithmic_when_the_values_are_far_apart() -> None:
    with style.styled():
        axes = style.new_figure(5, 4).subplots()
        style.latency_axis(axes, np.array([1.0, 30.0, np.nan]))
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "latency (ms, log scale)"
    low, high = axes.get_ylim()
    assert low < 1 < 30 < high


def test_a_long_run_counts_in_minutes() -> None:
    axes = panel("latency", empty_record(ended_ns=3600 * 10**9))
    assert axes.get_xlabel() == "simulated time (min)"
    axes.figure.canvas.draw()
    assert axes.get_xticklabels()[1].get_text() == "8"


def test_the_split_is_a_share_of_all_requests() -> None:
    axes = panel("split")
    assert legend_texts(axes) == ["v1", "v3"]
    assert axes.get_ylim() == (0, 100)
    assert axes.get_ylabel() == "share of requests (%)"
    top = axes.collections[-1].get_paths()[0].vertices[:, 1]
    assert top.max() == pytest.approx(100)
    assert "Versions of reviews" in axes.get_title(loc="left")


def test_versions_tell_what_share_failed() -> None:
    assert legend_texts(panel("versions")) == ["v1 (0 % failed)", "v3 (4.8 % failed)"]


def test_hosts_mark_the_ejected_one_in_its_row() -> None:
    axes = panel("hosts")
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        "reviews-v1-0", "reviews-v1-1", "reviews-v3-0", "reviews-v3-1",
    ]  # fmt: skip
    marks = [p for p in axes.patches if p.get_gid() == "ejected"]
    assert len(marks) == 1
    assert (marks[0].get_x(), marks[0].get_width()) == (21.0, 11.0)
    assert int(marks[0].get_y()) == 2
    assert legend_texts(axes) == ["ejected"]
    bar = axes.figure.axes[1]
    assert bar.get_ylabel() == "requests per second (1/s)"
    assert legend_texts_or_none(panel("hosts", service="details")) is None


def legend_texts_or_none(axes: Axes) -> list[str] | None:
    return None if axes.get_legend() is None else legend_texts(axes)


def test_queues_draw_the_fullest_workloads_first() -> None:
    axes = panel("queues")
    assert set(legend_texts(axes)[:2]) == {"reviews-v3", "productpage-v1"}
    assert axes.get_ylabel() == "in flight (requests)"
    only = panel("queues", workloads=("details-v1",))
    assert legend_texts(only) == ["details-v1"]


def test_failures_name_the_hops_that_failed() -> None:
    assert legend_texts(panel("failures")) == [
        "ingress → productpage", "shoppers → ingress", "productpage-v1 → reviews",
    ]  # fmt: skip


def test_the_call_graph_is_layered_from_the_callers_down() -> None:
    hops = topology.hops_of(RECORD)
    layers = topology.layers_of(hops)
    assert layers[:3] == [["shoppers"], ["ingress"], ["productpage-v1"]]
    assert sorted(layers[3]) == ["details-v1", "reviews (not sent)", "reviews-v1", "reviews-v3"]
    axes = panel("topology")
    arrows = [p for p in axes.patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == len(hops) == 6
    colours = {to_hex(a.get_edgecolor()).upper() for a in arrows}
    assert colours == {style.GREEN, style.ORANGE, style.VERMILLION}
    texts = {t.get_text() for t in axes.texts}
    assert "0.75/s\n100 % failed" in texts
    assert "reviews-v3" in texts


def test_a_call_graph_with_cycles_has_layers() -> None:
    hops = [topology.Hop(a, b, 1.0) for a, b in ("ab", "bc", "ca", "bd", "dd")]
    assert topology.layers_of(hops) == [["a"], ["b"], ["c", "d"]]
    ring = [topology.Hop(a, b, 1.0) for a, b in ("ab", "ba")]
    assert sorted(n for layer in topology.layers_of(ring) for n in layer) == ["a", "b"]


def test_the_overview_picks_the_panels_that_fit() -> None:
    assert split.draw in overview.panels(RECORD)
    assert split.draw not in overview.panels(empty_record())
    figure = plot.figure(RECORD, "overview")
    assert figure.get_figwidth() * figure.dpi == 1600
    assert len([a for a in figure.axes if a.get_title(loc="left")]) == 6
    title = figure.get_suptitle()
    for fact in ("fake-canary", "seed 7", "5f0c91ab77e2d410", "00000000000000aa"):
        assert fact in title
    foot = figure.get_supxlabel()
    assert "A = slow reviews-v3 x4 (20–30 s)" in foot
    assert "2 = scale reviews-v3 to 2 (48 s)" in foot


def test_an_interrupted_run_says_so() -> None:
    figure = plot.figure(empty_record(ended_by="interrupt"), "overview")
    assert "ended early: interrupt" in figure.get_suptitle()


@pytest.mark.parametrize("name", plot.NAMES)
def test_an_empty_run_is_drawn_with_words(name: str) -> None:
    figure = plot.figure(empty_record(), name)
    style.png_bytes(figure)
    words = [t.get_text() for a in figure.axes for t in a.texts]
    assert any("no " in w for w in words)


def test_two_runs_are_compared_on_equal_scales() -> None:
    figure = plot.compare_runs(RECORD, fake_record(rps=400, seed=3), labels=("plain", "limited"))
    axes = np.array(figure.axes).reshape(3, 2)
    for left, right in axes:
        assert left.get_ylim() == right.get_ylim()
        assert left.get_yscale() == right.get_yscale()
        assert left.get_title(loc="left").startswith("plain: ")
        assert right.get_title(loc="left").startswith("limited: ")
    assert legend_texts(axes[2, 0]) == legend_texts(axes[2, 1])
    assert "seed 7" in figure.get_suptitle()
    plot.compare_runs(RECORD, empty_record())


def test_pictures_are_the_same_bytes_again(tmp_path: Path) -> None:
    for suffix in (".png", ".svg"):
        paths = [tmp_path / f"{i}" / f"p{suffix}" for i in range(2)]
        for path in paths:
            style.write_figure(plot.figure(fake_record(), "overview"), path)
        assert paths[0].read_bytes() == paths[1].read_bytes()
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        style.write_figure(plot.figure(RECORD, "latency"), tmp_path / "p.jpg")


def test_a_name_with_dollars_is_no_formula() -> None:
    names = [n.replace("reviews-v3", "$\\frac{$ <b>") for n in RECORD.names.workloads]
    record = fake_record(workloads=names)
    for name in ("topology", "queues", "versions"):
        style.png_bytes(plot.figure(record, name))


def test_unknown_pictures_options_and_services_are_named() -> None:
    with pytest.raises(ValueError, match="no picture 'pie'; there are overview, throughput"):
        plot.figure(RECORD, "pie")
    with pytest.raises(ValueError, match="no option 'hue'; it has load"):
        plot.figure(RECORD, "throughput", hue=1)
    with pytest.raises(ValueError, match="it has none"):
        plot.figure(RECORD, "overview", service="reviews")
    with pytest.raises(KeyError, match="no service 'cart'; the run has ingress, productpage"):
        plot.figure(RECORD, "split", service="cart")
    with pytest.raises(KeyError, match="no load 'cart'"):
        plot.figure(RECORD, "throughput", load="cart")
    with pytest.raises(KeyError, match="no workload 'cart'"):
        plot.figure(RECORD, "queues", workloads=("cart",))


def test_a_panel_is_drawn_on_the_users_axes() -> None:
    axes = Figure().subplots()
    assert RECORD.plot("latency", ax=axes, q=[0.5]) is axes.figure
    assert legend_texts(axes) == ["p50"]
    with pytest.raises(ValueError, match="no panel 'overview'"):
        RECORD.plot("overview", ax=axes)


def test_drawing_leaves_the_users_settings_alone() -> None:
    before = dict(mpl.rcParams)
    style.png_bytes(plot.figure(RECORD, "latency"))
    assert dict(mpl.rcParams) == before


def test_a_notebook_gets_a_picture() -> None:
    assert RECORD.plot("latency", service="reviews")._repr_png_().startswith(b"\x89PNG")


def test_the_palette_is_that_of_okabe_and_ito() -> None:
    assert len(set(style.CYCLE)) == 8
    assert {style.ORANGE, style.SKY, style.GREEN, style.YELLOW} == {
        "#E69F00", "#56B4E9", "#009E73", "#F0E442",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shown"), [("short", "short"), ("a" * 40, "a" * 13 + "…" + "a" * 14)]
)
def test_long_names_lose_their_middle(name: str, shown: str) -> None:
    assert style.short(name) == shown
