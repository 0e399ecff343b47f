"""`dmnroute version`"""

from __future__ import annotations

import platform

from dmnroute import __version__
from dmnroute.cli import streams
from dmnroute.cli.options import AsJson


def version(as_json: AsJson = False) -> None:
    """Tell the version of dmnroute, and what it runs on.

    \b
    Example:
      dmnroute version
    """
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    if as_json:
        streams.document({"dmnroute": __version__, "python": python, "system": system})
    else:
        streams.say(f"dmnroute {__version__} (Python {python}, {system})")
