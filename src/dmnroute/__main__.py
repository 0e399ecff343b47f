"""`python -m dmnroute` is the command `dmnroute`."""

from __future__ import annotations

from dmnroute.cli import main

if __name__ == "__main__":
    main()
