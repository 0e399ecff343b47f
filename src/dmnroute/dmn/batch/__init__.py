"""Many rows at once: records, columns, or a table of Arrow, pandas or polars.

With numpy (the extra `batch`) plain tables are looked up for all rows together; otherwise, and for rows that are not
so plain, one after the other on the fast path. The values are the same either way.
"""
