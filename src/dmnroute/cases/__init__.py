"""Test cases of a policy: what goes in, what is expected to come out; beside the table, in YAML, CSV or XLSX."""
