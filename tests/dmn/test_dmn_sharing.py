"""Compiled models are shared between threads and sent to worker processes."""

from __future__ import annotations

import ast
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from tests.dmn.dmn_text import decision, definitions, literal, table

from dmnroute.dmn import load
from dmnroute.dmn.fast import code

RULES = [(f'"k{n % 7}"', f"[{n}..{n + 30})", f'"{n}"', str(n)) for n in range(200)]
TEXT = definitions(
    decision("Pick", table(["a", "b"], ["x", "y"], RULES)), decision("Twice", literal("Pick.y * 2"), requires=["Pick"])
)
INPUTS = [{"a": f"k{n % 9}", "b": n % 250} for n in range(500)]


def test_a_model_survives_pickling_after_use():
    """It is compiled anew and answers the same."""
    model = load(TEXT)
    expected = [model.decision("Twice").value(inputs) for inputs in INPUTS]
    again = pickle.loads(pickle.dumps(model))
    assert [again.decision("Twice").value(inputs) for inputs in INPUTS] == expected
    assert again.definitions == model.definitions
    assert again.evaluate("Twice", INPUTS[0]) == model.evaluate("Twice", INPUTS[0])


def test_a_model_from_a_file_is_pickled_with_its_way_to_imports(tmp_path):
    """Where imports are looked for goes along."""
    (tmp_path / "m.dmn").write_text(TEXT, encoding="utf-8")
    model = load(tmp_path / "m.dmn")
    assert pickle.loads(pickle.dumps(model)).resolver == model.resolver


def test_threads_share_a_decision_from_its_first_use():
    """Indexes that several threads build at once are the same."""
    expected = [load(TEXT).decision("Twice").value_in_full(inputs) for inputs in INPUTS]
    for _ in range(3):
        shared = load(TEXT).decision("Twice")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda inputs, value=shared: value.value(inputs), INPUTS))
        assert answers == expected


def test_a_parser_that_other_threads_confuse_is_asked_again(monkeypatch):
    """CPython 3.11.7 raises this error when threads parse at a time: a decision that they share failed with it."""
    parse, failures = ast.parse, iter([SystemError("AST constructor recursion depth mismatch (before=48, after=47)")])

    def confused(text):
        for failure in failures:
            raise failure
        return parse(text)

    monkeypatch.setattr("dmnroute.dmn.fast.code.ast.parse", confused)
    assert ast.unparse(code.expression("A + fresh_name", A=code.constant(1))) == "1 + fresh_name"
    assert next(failures, None) is None


def test_decisions_go_to_worker_processes():
    """A decision is an argument like any other."""
    decided = load(TEXT).decision("Pick")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(decided.values, INPUTS[:50]).result() == decided.values(INPUTS[:50])
