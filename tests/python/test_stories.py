"""The stories in scenarios/, as a user of the package sees them."""

from pathlib import Path

import meshsim as ms
import pytest
from meshsim import plot
from meshsim.plot.style import png_bytes
from meshsim.report import report_html

ROOT = Path(__file__).parents[2]
STORIES = sorted(p.parent for p in ROOT.glob("scenarios/*/scenario.yaml"))


def test_there_are_stories() -> None:
    assert {"bookinfo_canary", "bookinfo_breaker"} <= {p.name for p in STORIES}


@pytest.mark.parametrize("story", STORIES, ids=lambda p: p.name)
def test_a_story_runs_and_can_be_shown(story: Path, tmp_path: Path) -> None:
    record = ms.load(story).run(until="30s", seed=1)
    assert record.info.ended_by == "horizon"
    assert record.summary()["requests"].sum() > 0
    assert len(png_bytes(plot.figure(record, "overview"))) > 50_000
    assert record.info.fingerprint in report_html(record)
    assert ms.load_record(record.save(tmp_path)).hash == record.hash


def test_the_canary_shifts_its_traffic_as_the_weights_say() -> None:
    record = ms.load(ROOT / "scenarios" / "bookinfo_canary").run()
    series = record.timeseries(step="60s", by="edge").to_pandas()
    reviews = series[series["service"] == "reviews.default.svc.cluster.local"]
    table = reviews.pivot_table(
        index="at_s", columns="destination", values="requests", aggfunc="sum", observed=True
    )
    share = table["reviews-v3"] / table.sum(axis=1)
    assert share.tolist() == pytest.approx([0, 0.10, 0.25, 0.50, 1], abs=0.02)
