"""A table of named columns that pandas, Arrow readers, NumPy and notebooks all take."""

import dataclasses
import html
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from meshsim._native import core

if TYPE_CHECKING:
    import pandas as pd

#: The index that means "no value" in a column of names.
MISSING = 0xFFFFFFFF


@dataclasses.dataclass(frozen=True)
class Column:
    """One column: numbers, or indices of `categories` (uint32, `MISSING` = no value)."""

    name: str
    values: NDArray[Any]
    categories: tuple[str, ...] | None = None

    def decoded(self) -> NDArray[Any]:
        """Numbers as they are, names as an array of str or None."""
        if self.categories is None:
            return self.values
        names = np.array([*self.categories, None], dtype=object)
        last = len(self.categories)
        decoded: NDArray[Any] = names[np.minimum(self.values, last)]
        return decoded


def names_column(name: str, values: Sequence[str]) -> Column:
    """A column of texts, stored as indices of the distinct ones in order of appearance."""
    index: dict[str, int] = {}
    codes = np.array([index.setdefault(v, len(index)) for v in values], dtype=np.uint32)
    return Column(name, codes, tuple(index))


class Table:
    """Columns of equal length.

    Number columns are read-only NumPy views of the run's memory where they exist there. Any Arrow
    reader takes the table as it is: `polars.DataFrame(table)`, `pyarrow.table(table)`, duckdb.

    Example:
        >>> import numpy as np
        >>> t = Table("demo", [Column("ms", np.array([1.0, 2.5])), names_column("who", ["a", "b"])])
        >>> len(t), t.columns
        (2, ('ms', 'who'))
        >>> t["who"].tolist()
        ['a', 'b']
        >>> t.to_pandas().shape
        (2, 2)
    """

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        self.name = name
        self._columns = {c.name: c for c in columns}
        lengths = {len(c.values) for c in columns}
        if len(lengths) > 1:
            raise ValueError(f"columns of {name} differ in length: {sorted(lengths)}")
        self._length = lengths.pop() if lengths else 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, column: str) -> NDArray[Any]:
        if column not in self._columns:
            raise KeyError(
                f"{self.name} has no column {column!r}; it has {', '.join(self.columns)}"
            )
        return self._columns[column].decoded()

    def to_numpy(self) -> dict[str, NDArray[Any]]:
        """Column name -> array; names are decoded to str (None where there is none)."""
        return {name: column.decoded() for name, column in self._columns.items()}

    def to_pandas(self) -> "pd.DataFrame":
        """A DataFrame; columns of names are categorical."""
        import pandas as pd

        def series(column: Column) -> Any:
            if column.categories is None:
                return column.values
            codes = column.values.astype(np.int64)
            codes[column.values == MISSING] = -1
            return pd.Categorical.from_codes(codes, categories=pd.Index(column.categories))

        return pd.DataFrame({name: series(column) for name, column in self._columns.items()})

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        columns = [(c.name, c.values, c.categories) for c in self._columns.values()]
        return core.arrow_stream(columns)

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dict per row, with plain Python values."""
        decoded = [(name, values.tolist()) for name, values in self.to_numpy().items()]
        for i in range(self._length):
            yield {name: values[i] for name, values in decoded}

    def where(self, keep: Callable[[dict[str, Any]], bool]) -> "Table":
        """The rows for which `keep(row)` is true."""
        mask = np.array([keep(row) for row in self.rows()], dtype=bool)
        columns = self._columns.values()
        return Table(self.name, [dataclasses.replace(c, values=c.values[mask]) for c in columns])

    def _preview(self, limit: int) -> list[list[str]]:
        decoded = self.to_numpy()
        count = min(limit, self._length)
        return [[cell_text(decoded[name][i]) for name in decoded] for i in range(count)]

    def __repr__(self) -> str:
        shown = self._preview(10)
        body = [list(self.columns), *shown]
        if not self.columns:
            return f"<Table {self.name}: empty>"
        widths = [max(len(row[i]) for row in body) for i in range(len(self.columns))]
        lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in body]
        if self._length > len(shown):
            lines.append("…")
        return f"<Table {self.name}: {self._length} rows>\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._preview(50)
        )
        more = f"<p>{self._length} rows, 50 shown</p>" if self._length > 50 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def cell_text(value: Any) -> str:
    """A value as a table shows it: floats with four digits, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, float | np.floating):
        return "–" if np.isnan(value) else f"{value:.4g}"
    return str(value)


__all__ = ["MISSING", "Column", "Table", "cell_text", "names_column"]
