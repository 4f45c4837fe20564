"""A record: views on its memory, on disk, merged."""

import gc
import json
from pathlib import Path

import numpy as np
import pytest
from fake_record import empty_record, fake_record
from meshsim import series
from meshsim._native import core
from meshsim.errors import RecordError
from meshsim.record import RunRecord, merged
from meshsim.store import MANIFEST, atomic_write, load_record, save_record


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return fake_record()


def test_columns_are_read_only_views_of_the_same_memory(record: RunRecord) -> None:
    first, second = record._core.columns(), record._core.columns()
    shared = ("series_by_edge.count", "events.at_ns", "edges.source", "samples.busy")
    for name, column in first.items():
        assert not column.flags.writeable, name
        with pytest.raises(ValueError, match="read-only"):
            column[...] = 0
        if name in shared:
            assert np.shares_memory(column, second[name]), name


def test_a_view_keeps_its_record_alive() -> None:
    column = fake_record(seconds=20).column("series_by_edge.count")
    total = int(column.sum())
    gc.collect()
    assert int(column.sum()) == total > 0


def test_a_saved_run_is_read_back_bit_by_bit(record: RunRecord, tmp_path: Path) -> None:
    save_record(record, tmp_path / "out")
    again = load_record(tmp_path / "out")
    assert again.hash == record.hash
    assert again.info == record.info
    assert again.names == record.names
    assert again.context.effective_yaml == record.context.effective_yaml
    for name, column in record.columns.items():
        assert column.dtype == again.column(name).dtype, name
        np.testing.assert_array_equal(column, again.column(name), name)


def test_an_empty_run_is_saved_and_read_back(tmp_path: Path) -> None:
    record = empty_record()
    assert load_record(save_record(record, tmp_path)).hash == record.hash


def test_saving_again_replaces_the_run_and_spares_other_files(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    save_record(fake_record(seconds=10), tmp_path)
    newer = fake_record(seconds=12)
    save_record(newer, tmp_path)
    assert load_record(tmp_path).hash == newer.hash
    names = sorted(p.name for p in tmp_path.iterdir())
    assert len(names) == 3
    assert names[1:] == ["notes.txt", MANIFEST]
    assert names[0].startswith("columns-")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    atomic_write(target, b"old")
    with pytest.raises(TypeError):
        atomic_write(target, "no bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_folder_without_a_run_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="meshsim run SCENARIO --out"):
        load_record(tmp_path)
    with pytest.raises(RecordError, match="no run here"):
        load_record(tmp_path / "absent")


DAMAGES = {
    "no JSON": lambda m: "{",
    "a list": lambda m: "[]",
    "another format": lambda m: json.dumps(m | {"format": "meshsim.dev/run/v9"}),
    "a fact missing": lambda m: json.dumps(m | {"info": {}}),
    "a name too few": lambda m: json.dumps(m | {"names": m["names"] | {"workloads": []}}),
    "another seed": lambda m: json.dumps(m | {"info": m["info"] | {"seed": 99}}),
    "columns elsewhere": lambda m: json.dumps(m | {"columns": {"file": "/etc/x", "sha256": ""}}),
    "columns of another digest": lambda m: json.dumps(
        m | {"columns": m["columns"] | {"sha256": "00"}}
    ),
    "a word for a number": lambda m: json.dumps(m | {"info": m["info"] | {"until_ns": "x"}}),
    "no columns entry": lambda m: json.dumps({k: v for k, v in m.items() if k != "columns"}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_refused_not_shown(damage: str, record: RunRecord, tmp_path: Path) -> None:
    save_record(record, tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(DAMAGES[damage](manifest))
    with pytest.raises(RecordError):
        load_record(tmp_path)


def test_a_truncated_column_file_is_refused(record: RunRecord, tmp_path: Path) -> None:
    save_record(record, tmp_path)
    columns = next(tmp_path.glob("columns-*"))
    columns.write_bytes(columns.read_bytes()[:-10])
    with pytest.raises(RecordError, match="another digest"):
        load_record(tmp_path)


@pytest.mark.parametrize(
    "column",
    ["edges.source", "events.endpoint", "series_by_edge.row", "series_by_load.outcome",
     "samples.workload", "latency_series_by_load.bin", "latency_by_edge.bin"],
)  # fmt: skip
def test_a_column_that_points_nowhere_is_refused(column: str, record: RunRecord) -> None:
    columns = dict(record.columns)
    columns[column] = columns[column].copy()
    columns[column][-1] = 70_000
    with pytest.raises(ValueError, match=column.split(".")[0]):
        core.record_from(record._core.info, record._core.names, columns)


@pytest.mark.parametrize("column", ["series_by_edge.count", "edges.service", "stats.counters"])
def test_a_column_of_another_length_or_type_is_refused(column: str, record: RunRecord) -> None:
    for wrong in (np.zeros(3, record.column(column).dtype), record.column(column).astype(str)):
        columns = dict(record.columns) | {column: wrong}
        with pytest.raises((ValueError, IndexError)):
            core.record_from(record._core.info, record._core.names, columns)


def test_replications_add_up_and_rates_stay_per_run(record: RunRecord) -> None:
    both = merged([record, fake_record(seed=2)])
    assert both.info.runs == 2
    requests = [r.summary()["requests"][0] for r in (record, fake_record(seed=2), both)]
    assert requests[0] + requests[1] == requests[2]
    assert both.summary()["rps"][0] == pytest.approx(requests[2] / 2 / 60)
    assert both.context.replications[0]["hash"] == record.hash
    assert merged([record]) is record


def test_quantiles_of_a_series_lie_within_their_bins(record: RunRecord) -> None:
    whole = series.grid(record, 60 * 10**9)
    assert whole.count == 1
    (p50, p99), summary = (
        series.quantiles(record, "latency_series_by_load", whole, [0.5, 0.99])[:, 0],
        record.summary(),
    )
    assert p50 == pytest.approx(summary["p50_ms"][0], rel=0.01)
    assert p99 == pytest.approx(summary["p99_ms"][0], rel=0.01)


def test_steps_cover_the_run_and_the_last_one_may_be_short() -> None:
    record = empty_record(ended_ns=2_500_000_000)
    steps = series.grid(record)
    assert steps.count == 3
    assert steps.edges_s.tolist() == [0, 1, 2, 2.5]
    assert steps.widths_s.tolist() == [1, 1, 0.5]
    assert series.grid(record, 1).step_s == 1
    assert series.grid(record, 1_500_000_000).step_s == 2
    assert series.grid(record, at_most=2).count == 2


def test_an_ejection_lasts_until_the_last_proxy_takes_the_host_back(record: RunRecord) -> None:
    assert series.ejections(record, 6) == [(21.0, 32.0)]
    assert series.ejections(record, 7) == []


def test_events_tell_what_they_are_about(record: RunRecord) -> None:
    rows = list(record.events.rows())
    assert [r["about"] for r in rows if r["event"] == "config change"] == [
        "apply reviews-50-50.yaml"
    ]
    assert [r["host"] for r in rows if r["event"] == "eject"] == ["reviews-v3-0"]


def test_a_record_prints_what_identifies_it(record: RunRecord) -> None:
    assert repr(record) == (
        "<RunRecord fake-canary: seed 7, 60 s, 123456 events, fingerprint 5f0c91ab77e2d410>"
    )
    assert "fake-canary" in record._repr_html_()
