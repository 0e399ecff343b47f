"""What a changed table would have done with the runs that were recorded, and what rules and thresholds have done.

    found = await backtest(
        store, draft, catalogue, versions, window=Window("intake", since=…), seed=7, progress=lambda runs: None
    )
    found.changed_hops, found.changed_runs, found.stops, found.transitions, found.expected.cost

`draft` is a `PolicyVersion`, `versions` an `async (name, number) -> PolicyVersion` such as `PolicySource.version`;
see `backtest.backtest.backtest`, and `backtest.report.Backtest` for what is found.
"""
