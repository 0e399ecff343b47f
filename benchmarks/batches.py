"""Many rows at once, on one core."""

from __future__ import annotations

from benchmarks import zen_engine
from benchmarks.measuring import best_seconds, show
from benchmarks.tables import contexts, random_table, to_dmn, to_zen
from benchmarks.targets import Target
from dmnroute.dmn import load

ROWS = 100_000


def measure() -> list[Target]:
    """Rows per second from columns and from records; zen-engine has no batch, so it gets the rows one by one."""
    import numpy

    rows = []
    for size in (1_000, 10_000):
        table, records = random_table(size, "FIRST"), contexts(size, ROWS)
        decision, theirs = load(to_dmn(table)).decision("Decide"), zen_engine.decision(to_zen(table))
        columns = {name: [record[name] for record in records] for name in records[0]}
        arrays = {
            name: values if isinstance(values[0], str) else numpy.array(values) for name, values in columns.items()
        }
        one_by_one = [decision.value(record) for record in records]
        if decision.values(records) != one_by_one or decision.values(columns) != decision.values(arrays):
            raise SystemExit("rows get other values together than alone")
        few = records[:10_000]
        zen = len(few) / best_seconds(lambda few=few, theirs=theirs: [theirs(record) for record in few], 3)
        ours = [_rate(decision.values, each) for each in (arrays, columns, records)]
        rows.append((size, *ours, zen / 1e6))
    head = ("rules", "columns, numbers as arrays", "columns as lists", "records to records", "zen-engine, one by one")
    show("Batches: million rows per second of processor time", head, rows)
    _, arrays, lists, records, _ = rows[0]
    unit = "million rows/s"
    return [
        Target("columns with strings, numbers as arrays, 1,000 rules", arrays, 3, unit),
        Target("columns as lists, 1,000 rules", lists, 3, unit),
        Target("records to records, 1,000 rules", records, 0.8, unit),
    ]


def _rate(values: object, rows: object) -> float:
    assert callable(values)
    return ROWS / best_seconds(lambda: values(rows)) / 1e6
