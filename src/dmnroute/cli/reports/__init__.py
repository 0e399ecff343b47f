"""Reports as HTML: one file each, that needs nothing else to be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dmnroute.cli.views.figures import clock_time, money, seconds, value


def render(report: str, **values: Any) -> str:
    """A report as the text of an HTML file; every value is escaped."""
    # Imported here: commands that write no report do without.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(value=value, money=money, seconds=seconds, clock_time=clock_time)
    return environment.get_template(f"{report}.html").render(values)
