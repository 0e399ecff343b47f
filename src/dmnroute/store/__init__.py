"""Where runs live: in memory, or in SQL. Use `open_store` of `dmnroute.store.open`."""
