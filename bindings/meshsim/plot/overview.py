"""A run on one page: six panels that fit its story."""

from collections.abc import Callable

from matplotlib.axes import Axes

from meshsim.plot import failures, hosts, latency, queues, split, style, throughput, topology
from meshsim.plot.choices import split_service
from meshsim.record import RunRecord

Draw = Callable[[Axes, RunRecord], None]


def panels(record: RunRecord) -> list[Draw]:
    """Rates, latency and call graph first; then versions if there are any, else queues."""
    first: list[Draw] = [throughput.draw, latency.draw, topology.draw]
    if split_service(record) is not None:
        return [*first, split.draw, split.draw_health, hosts.draw]
    return [*first, queues.draw, failures.draw, hosts.draw]


def title(record: RunRecord) -> str:
    """What was run: enough to run it again."""
    info = record.info
    what = f"{style.short(info.scenario or 'unnamed scenario', 60)}    seed {info.seed}"
    if info.runs > 1:
        what += f" and {info.runs - 1} more"
    what += f"    config {info.config_digest}    fingerprint {info.fingerprint}"
    if info.ended_by != "horizon":
        what += f"    ended early: {info.ended_by}"
    return what


def draw(record: RunRecord) -> style.Picture:
    """The whole page, 1600 pixels wide."""
    figure = style.new_figure(style.WIDTH_IN, 10.0)
    figure.suptitle(title(record), x=0.01, ha="left", fontsize=12, fontweight="bold")
    axes = figure.subplots(2, 3)
    for place, panel in zip(axes.flat, panels(record), strict=True):
        panel(place, record)
    style.add_caption(figure, record)
    return figure
