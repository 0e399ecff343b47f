"""Reading and editing DMN files: the only place that knows lxml."""
