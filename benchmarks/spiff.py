"""SpiffWorkflow's decision tables: cells are Python, evaluated anew for each rule.

It knows UNIQUE, which takes the first rule that matches, and COLLECT.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.specs import model

from benchmarks.measuring import Call
from benchmarks.tables import Table

_INTERVAL = re.compile(r"\[(.+)\.\.(.+)\)")


def decision(table: Table) -> Call:
    """A call that evaluates the table and gives its outputs by name."""
    engine = DMNEngine(_table(table))
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())

    def evaluate(context: dict[str, object]) -> Any:
        return engine.result(SimpleNamespace(data=context, workflow=workflow))

    return evaluate


def _table(table: Table) -> model.DecisionTable:
    made = model.DecisionTable("table", "table", "UNIQUE")
    made.inputs = [model.Input(name, name, name, name, "") for name in table.inputs]
    made.outputs = [model.Output(name, name, name, "") for name in table.outputs]
    for number, cells in enumerate(table.rules, start=1):
        rule = model.Rule(f"r{number}")
        for column, cell in zip(made.inputs, cells, strict=False):
            entry = model.InputEntry("", column)
            entry.lhs.append(_python(cell))
            rule.inputEntries.append(entry)
        for column, cell in zip(made.outputs, cells[len(made.inputs) :], strict=True):
            entry = model.OutputEntry("", column)
            entry.text = cell
            rule.outputEntries.append(entry)
        made.rules.append(rule)
    return made


def _python(cell: str) -> str | None:
    """The cell in Python; null where it is irrelevant."""
    if cell == "-":
        return None
    interval = _INTERVAL.fullmatch(cell)
    if interval:
        return f"{interval[1]} <= ? < {interval[2]}"
    return f"? in ({cell})" if "," in cell else cell
