"""Tables: NumPy views, pandas, Arrow readers, notebooks."""

import gc

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from fake_record import empty_record, fake_record
from meshsim.tables import MISSING, Column, Table, names_column

RECORD = fake_record()
TABLES = {
    "summary": RECORD.summary,
    "edges": lambda: RECORD.edges,
    "requests": lambda: RECORD.requests,
    "attempts": lambda: RECORD.attempts,
    "events": lambda: RECORD.events,
    "timeseries by load": lambda: RECORD.timeseries(step="10s"),
    "timeseries by edge": lambda: RECORD.timeseries(step="10s", by="edge"),
}


def some_table() -> Table:
    names = Column("who", np.array([1, MISSING, 0, 1], np.uint32), ("ann", "böb"))
    numbers = [
        Column(kind, np.array([1, 0, 2, 3], kind))
        for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")
    ]
    return Table("some", [names, *numbers])


@pytest.mark.parametrize("name", TABLES)
def test_every_reader_sees_the_same_values(name: str) -> None:
    table = TABLES[name]()
    arrow = pa.table(table)
    polars = pl.DataFrame(table)
    pandas = table.to_pandas()
    arrow.validate(full=True)
    assert tuple(arrow.column_names) == tuple(polars.columns) == tuple(pandas) == table.columns
    assert arrow.num_rows == polars.height == len(pandas) == len(table)
    for column, values in table.to_numpy().items():
        expected = [None if v is None or v != v else v for v in values.tolist()]
        for found in (
            arrow[column].to_pylist(),
            polars[column].to_list(),
            pandas[column].astype(object).tolist(),
        ):
            assert [None if v is None or v != v else v for v in found] == expected


def test_arrow_knows_every_number_type_and_missing_names() -> None:
    table = some_table()
    arrow = pa.table(table)
    arrow.validate(full=True)
    assert arrow["who"].to_pylist() == ["böb", None, "ann", "böb"]
    assert arrow["who"].null_count == 1
    assert arrow.schema.field("who").type == pa.dictionary(pa.uint32(), pa.utf8())
    kinds = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32()]
    kinds += [pa.int64(), pa.uint64(), pa.float32(), pa.float64()]
    assert [f.type for f in arrow.schema][1:] == kinds
    assert pl.DataFrame(table)["who"].to_list() == ["böb", None, "ann", "böb"]


def test_arrow_takes_the_memory_as_it_is_and_keeps_it_alive() -> None:
    values = np.arange(1000, dtype=np.int64)
    address = values.__array_interface__["data"][0]
    arrow = pa.table(Table("t", [Column("v", values)]))
    assert arrow["v"].chunk(0).buffers()[1].address == address
    del values
    gc.collect()
    assert arrow["v"].to_numpy().sum() == 499500


def test_a_stream_that_nobody_reads_is_let_go() -> None:
    values = np.arange(10.0)
    for _ in range(3):
        Table("t", [Column("v", values)]).__arrow_c_stream__()
    gc.collect()
    assert values.sum() == 45


def test_arrow_refuses_what_it_has_no_column_for() -> None:
    for bad in (np.array(["a"]), np.zeros(1, complex), np.zeros(1, np.float16)):
        with pytest.raises(ValueError, match="integers or floats"):
            Table("t", [Column("v", bad)]).__arrow_c_stream__()
    with pytest.raises(ValueError, match="one dimension"):
        Table("t", [Column("v", np.zeros((2, 2)))]).__arrow_c_stream__()


def test_names_that_occur_twice_are_one_category() -> None:
    versions = RECORD.edges.to_pandas()["version"]
    assert isinstance(versions.dtype, pd.CategoricalDtype)
    assert versions.tolist()[1:5] == ["v1", "v1", "v1", "v3"]
    assert RECORD.edges["version"].tolist()[0] is None


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        Table("t", [Column("a", np.zeros(1)), Column("b", np.zeros(2))])


def test_an_unknown_column_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="no column 'rsp'; it has load, requests"):
        RECORD.summary()["rsp"]


def test_rows_are_plain_values_and_where_keeps_some() -> None:
    kept = RECORD.edges.where(lambda row: row["source"] == "ingress")
    assert len(kept) == 1
    row = next(kept.rows())
    assert row["service"] == "productpage.default.svc.cluster.local"
    assert type(row["requests"]) is int
    assert type(row["rps"]) is float


def test_notebooks_show_names_escaped() -> None:
    table = Table("t", [names_column("<b>", ["<script>alert(1)</script>"])])
    shown = table._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<b>" not in shown


def test_a_long_table_shows_its_beginning() -> None:
    table = Table("t", [Column("v", np.arange(60))])
    assert "60 rows, 50 shown" in table._repr_html_()
    assert repr(table).startswith("<Table t: 60 rows>")
    assert repr(table).endswith("…")


@pytest.mark.parametrize("name", ["summary", "edges", "requests", "attempts", "events"])
def test_an_empty_run_has_empty_tables_with_the_same_columns(name: str) -> None:
    full, empty = getattr(RECORD, name), getattr(empty_record(), name)
    full, empty = (t() if callable(t) else t for t in (full, empty))
    assert len(empty) == 0
    assert empty.columns == full.columns
    assert pa.table(empty).num_rows == pl.DataFrame(empty).height == len(empty.to_pandas()) == 0


def test_the_time_series_adds_up_to_the_totals() -> None:
    for step in ("1s", "7s", "1h"):
        series = RECORD.timeseries(step=step)
        assert series["requests"].sum() == RECORD.summary()["requests"].sum()
    edges = RECORD.timeseries(step="10s", by="edge").to_pandas()
    v3 = edges[edges["destination"] == "reviews-v3"]
    assert v3["requests"].sum() == RECORD.edges["requests"][4]
    assert (v3["p50_ms"].dropna() <= v3["p99_ms"].dropna()).all()


def test_a_time_series_by_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match='"load" or "edge"'):
        RECORD.timeseries(by="host")
    with pytest.raises(ValueError, match="step: must be positive"):
        RECORD.timeseries(step=0)
