"""Pictures about hosts: ejections with reasons, shares, health and panic, rings."""

from pathlib import Path

import meshsim as ms
import numpy as np
import pytest
from cli_tools import meshsim
from fake_record import SECOND, empty_record, fake_record
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.patches import Rectangle
from meshsim import plot, series
from meshsim._native import core
from meshsim.plot import ejections, health, ring, shares, style
from meshsim.record import RunRecord

SHOP = """\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-east}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart, zone: a}}
  template:
    metadata: {labels: {app: cart, zone: a}}
    spec: {containers: [{name: cart, image: cart}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-west}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart, zone: b}}
  template:
    metadata: {labels: {app: cart, zone: b}}
    spec: {containers: [{name: cart, image: cart}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart}
spec:
  host: cart
  trafficPolicy:
    loadBalancer: BALANCER
    outlierDetection:
      consecutive5xxErrors: 5
      interval: 1s
      baseEjectionTime: 10s
      maxEjectionPercent: 100
      minHealthPercent: 60
---
apiVersion: meshsim.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  behaviour:
    workloads:
      cart-east: {time: 5ms, locality: east/a}
      cart-west: {time: 5ms, locality: west/b}
  load:
  - name: shoppers
    to: {service: cart, headers: {x-user: "{i%500}"}}
    open: {rate: 200}
  faults:
  - {at: 10s, for: 15s, errors: {workload: cart-west, share: 100%}}
  run: {until: 60s, seed: 1}
"""


def shop(balancer: str = "{simple: ROUND_ROBIN}") -> RunRecord:
    return ms.parse(SHOP.replace("BALANCER", balancer)).compile().run()


@pytest.fixture(scope="module")
def outage() -> RunRecord:
    return shop()


def panel(record: RunRecord, name: str, **options: object) -> Axes:
    figure = plot.figure(record, name, **options)
    figure.canvas.draw()
    return figure.axes[0]


def legend_texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    return [] if legend is None else [t.get_text() for t in legend.get_texts()]


def bars(axes: Axes) -> list[Rectangle]:
    return [p for p in axes.patches if p.get_gid() == "ejected" and isinstance(p, Rectangle)]


def test_ejections_are_bars_from_eject_to_return_with_their_reason(outage: RunRecord) -> None:
    axes = panel(outage, "ejections")
    stays = series.every_ejection(outage)
    assert len(stays) >= 3
    drawn = sorted((b.get_x(), b.get_x() + b.get_width()) for b in bars(axes))
    assert np.array(drawn) == pytest.approx(np.array(sorted((s.from_s, s.to_s) for s in stays)))
    assert "consecutive 5xx" in legend_texts(axes)
    assert to_hex(bars(axes)[0].get_facecolor()) == to_hex(style.VERMILLION)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == [f"cart-{z}-{k}" for z in ("east", "west") for k in range(3)]
    rows = {int(b.get_y()) for b in bars(axes)}
    assert rows == {3, 4, 5}  # the west hosts fail
    assert axes.get_title(loc="left") == "Ejections of hosts of cart"


def test_each_proxy_has_its_lane() -> None:
    record = fake_record()
    columns = dict(record._core.columns())
    more = {
        "at_ns": [12 * SECOND, 14 * SECOND], "what": [0, 3], "proxy_workload": [1, 1],
        "proxy": [1, 1], "cluster": [3, 3], "endpoint": [6, 7], "detail": [3, 3],
        "host_rate": [0, 0], "mean_rate": [0, 0], "threshold_rate": [0, 0],
    }  # fmt: skip
    order = np.argsort(np.append(columns["events.at_ns"], more["at_ns"]), kind="stable")
    for field, values in more.items():
        name = f"events.{field}"
        joined = np.append(columns[name], np.array(values, columns[name].dtype))
        columns[name] = joined[order]
    changed = core.record_from(record._core.info, record._core.names, columns)
    axes = panel(RunRecord(changed), "ejections")
    assert len({round(b.get_y(), 6) for b in bars(axes)}) == 2
    assert "2 proxies" in axes.get_ylabel()
    assert core.event_names[3] == "eject overflow"
    assert set(legend_texts(axes)) == {
        "consecutive 5xx", "success rate", "refused: maxEjectionPercent",
    }  # fmt: skip


def test_health_steps_down_and_up_and_shades_panic(outage: RunRecord) -> None:
    axes = panel(outage, "health")
    (line,) = [one for one in axes.lines if len(one.get_xdata()) > 3]
    values = np.asarray(line.get_ydata())
    assert values[0] == 100
    assert values.min() == pytest.approx(50)
    assert values[-1] == 100
    first, second = health.panic_spans(outage, set(range(len(outage.names.clusters))))
    # The balancer hears of the second and third ejection a second later (the merge window).
    assert first == pytest.approx((11.16, 21), abs=0.1)
    assert second == pytest.approx((23.1, 33), abs=0.1)
    bands = [p for p in axes.patches if p.get_gid() == "panic"]
    assert len(bands) == 2
    assert "panic: all hosts get traffic" in legend_texts(axes)
    assert axes.get_ylabel() == "hosts that are not ejected (%)"


def test_panic_is_noted_where_envoy_counts_it(outage: RunRecord) -> None:
    events = outage.events.to_pandas()
    told = events[events.event.isin(["panic start", "panic end"])]
    assert told.event.tolist() == ["panic start", "panic end"] * 2
    ejected = events[events.event == "eject"]
    assert set(ejected.about) == {"consecutive 5xx"}
    counted = outage.column("stats.counters")[:, core.counter_names.index("lb_healthy_panic")]
    assert counted.sum() > 0


def test_shares_have_a_band_per_host_and_a_hue_per_locality(outage: RunRecord) -> None:
    axes = panel(outage, "shares")
    bands = [c for c in axes.collections if c.get_gid() == "host"]
    assert len(bands) == 6
    texts = legend_texts(axes)
    assert [t.split(":")[0] for t in texts] == ["east/a", "west/b"]
    assert all("(3 hosts)" in t for t in texts)
    top = max(band.get_paths()[0].vertices[:, 1].max() for band in bands)
    assert top == pytest.approx(100)
    faces = {to_hex(band.get_facecolor()[0]) for band in bands}
    assert len(faces) == 6
    assert "coloured by locality" in axes.get_title(loc="left")
    one_place = panel(fake_record(), "shares", service="details")
    assert "coloured by workload" in one_place.get_title(loc="left")


def test_shades_of_a_colour_stay_apart_and_inside() -> None:
    for colour in style.CYCLE:
        made = [shares.shade_of(colour, k, 5) for k in range(5)]
        assert len(set(made)) == 5
        assert all(0 <= part <= 1 for shade in made for part in shade)
    assert shares.shade_of(style.BLUE, 0, 1) == pytest.approx(to_rgba(style.BLUE)[:3])


@pytest.mark.parametrize(
    ("balancer", "title"),
    [
        (
            "{consistentHash: {httpHeaderName: x-user}}",
            "Ring of cart in proxies of shoppers: 1,026 entries",
        ),
        (
            "{consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 65537}}}",
            "Maglev table of cart in proxies of shoppers: 65,537 places",
        ),
    ],
)
def test_ring_ownership_beside_the_traffic(balancer: str, title: str, tmp_path: Path) -> None:
    record = shop(balancer)
    axes = panel(record, "ring")
    assert axes.get_title(loc="left").lower() == title.lower()
    widths = [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert len(widths) == 6
    assert sum(widths) == pytest.approx(100)
    assert legend_texts(axes) == ["owns of all keys", "its weight asks for", "got of the requests"]
    assert axes.get_xlabel() == "share (%)"
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == list(record.names.endpoints[:6])
    record.save(tmp_path)
    assert ring.ownership(ms.load_record(tmp_path)) == ring.ownership(record)


def test_rings_of_priorities_stand_below_each_other() -> None:
    text = SHOP.replace("BALANCER", "{consistentHash: {httpHeaderName: x-user}}")
    from_east = text.replace(
        "to: {service: cart, headers", "from: cart-east\n    to: {service: cart, headers"
    )
    axes = panel(ms.parse(from_east).compile().run(until="5s"), "ring")
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "cart-east-0, priority 0"
    assert labels[-1] == "cart-west-2, priority 1"
    widths = [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert sum(widths[:3]) == pytest.approx(100)
    assert sum(widths[3:]) == pytest.approx(100)
    dots = np.asarray(axes.collections[-1].get_offsets())[:, 0]
    assert dots[:3].sum() == pytest.approx(100)


def test_nothing_to_show_is_said() -> None:
    text = SHOP.replace("BALANCER", "{simple: RANDOM}")
    record = ms.parse(text).with_({"faults": []}).compile().run(until="5s")
    for name, said in (
        ("ejections", "no host was ejected"), ("health", "no host was ejected"),
        ("ring", "no service with a ring"),
    ):  # fmt: skip
        texts = [t.get_text() for t in panel(record, name).texts]
        assert any(said in text for text in texts), name
    for name in ("ejections", "health", "shares", "ring"):
        assert panel(empty_record(), name).texts
    axes = panel(record, "ejections", service="cart")
    assert any("no host of cart was ejected" in t.get_text() for t in axes.texts)
    with pytest.raises(KeyError, match="no service 'nobody'"):
        plot.figure(record, "ring", service="nobody")


def test_the_command_line_draws_them(outage: RunRecord, tmp_path: Path) -> None:
    outage.save(tmp_path)
    for name in ("ejections", "health", "shares", "ring"):
        result = meshsim("plot", tmp_path, name, "--service", "cart")
        assert result.exit_code == 0, result.output
        assert (tmp_path / f"{name}.png").stat().st_size > 5_000


def test_lanes_do_not_leave_their_row() -> None:
    for lanes in (1, 2, 12):
        for lane in range(lanes):
            top, height = ejections._lane(3, lane, lanes)
            assert top > 3
            assert top + height < 4
