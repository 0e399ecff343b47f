"""`dmnroute budgets`, and what `show` and `check` say of budgets."""

from __future__ import annotations

from decimal import Decimal

from tests.cli.conftest import Bench, Cli

DONE = {"action": '"complete"'}
ASK = {"action": '"escalate"', "group": '"claims"'}
BUDGETS = """
[[budgets]]
tenant = "*"
cost = 0.5
[[budgets]]
agent = "greet"
calls = 4
"""


def settings(bench: Bench, *more: str) -> None:
    (bench.root / "dmnroute.toml").write_text("\n".join(['store = "runs.db"', *more]))


def test_nothing_is_limited(bench: Bench, cli: Cli) -> None:
    """It is said how limits are set."""
    said = cli("budgets")
    assert (said.code, said.out) == (0, "no budgets\n")
    assert said.err == "`[[budgets]]` in `dmnroute.toml` limits tenants and agents, `[limits]` each run\n"
    assert cli("budgets", "--json").json == []


def test_budgets_are_listed_with_what_is_left(bench: Bench, cli: Cli) -> None:
    """Those of tenants and agents, then those of runs that go on."""
    settings(bench, "[limits]", "calls = 5", BUDGETS)
    bench.save("p", {"agent": '["greet", "greet"]'}, ASK)
    cli("run", "p", "--run-id", "r1")
    assert cli("budgets").out == (
        "budget of         limit    spent    held back  left     used\n"
        "tenant `default`  0.5 USD  0.2 USD  0 USD      0.3 USD  40 %\n"
        "agent `greet`     4 calls  2 calls  0 calls    2 calls  50 %\n"
        "run `r1`          5 calls  2 calls  0 calls    3 calls  40 %\n"
    )
    assert cli("budgets", "--agent", "greet").out.count("\n") == 2
    assert cli("budgets", "--tenant", "default").out.count("\n") == 3
    assert cli("budgets", "--tenant", "acme").out == "no budgets\n"


def test_a_budget_in_json(bench: Bench, cli: Cli) -> None:
    """Exact, with its period."""
    settings(bench, BUDGETS)
    bench.save("p", {"agent": '"greet"'}, DONE)
    cli("run", "p")
    (found,) = cli("budgets", "--tenant", "default", "--json").json
    assert found == {
        "run": None,
        "tenant": "default",
        "agent": None,
        "period": None,
        "starts": None,
        "ends": None,
        "warn": Decimal("0.8"),
        "limits": {
            "cost": {
                "limit": Decimal("0.5"),
                "spent": Decimal("0.1"),
                "reserved": 0,
                "left": Decimal("0.4"),
                "ratio": Decimal("0.2"),
            }
        },
    }


def test_the_budget_of_a_run_that_has_ended(bench: Bench, cli: Cli) -> None:
    """As its history tells; an unknown run is named."""
    settings(bench, "[limits]", "calls = 5", "tokens = 100")
    bench.save("p", {"agent": '"greet"'}, DONE)
    cli("run", "p", "--run-id", "r1")
    assert cli("budgets", "--run", "r1").out == (
        "budget of  limit       spent     held back  left        used\n"
        "run `r1`   100 tokens  0 tokens  0 tokens   100 tokens  0 %\n"
        "run `r1`   5 calls     1 calls   0 calls    4 calls     20 %\n"
    )
    said = cli("budgets", "--run", "nobody")
    assert (said.code, said.err) == (1, "error: unknown run `nobody`\nhint: `dmnroute runs` lists them\n")
    assert "budget   0 of 100 tokens, 1 of 5 calls\n" in cli("show", "r1").out


def test_check_tells_of_settings(bench: Bench, cli: Cli) -> None:
    """A warning keeps nobody from anything; what makes no sense is refused."""
    bench.save("p", {"agent": '"greet"'}, DONE)
    settings(bench, '[[budgets]]\nagent = "great"\ncost = 1')
    said = cli("check", "dmn/p.dmn")
    assert said.code == 0
    assert said.out.endswith(
        "warning: the budget limits nothing: no agent `great` is loaded here; did you mean `greet`?\n"
        "settings, `[[budgets]]` entry 1\n\n"
        "0 errors, 1 warning\n"
    )
    (document,) = [each for each in cli("check", "dmn/p.dmn", "--json").json["files"] if each["file"] == "settings"]
    assert document["findings"][0]["code"] == "unknown_agent"
    settings(bench, "[[budgets]]\ncost = 1\n[[budgets]]\ncalls = 2")
    said = cli("check", "dmn/p.dmn")
    assert (said.code, said.err) == (
        2,
        "error: setting `DMNROUTE_BUDGETS`: entries 1 and 2 are both for all runs; put their limits into one\n",
    )
