"""The entry point: run a command, and turn whatever goes wrong into words and an exit code."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import NoReturn

from typer import Abort, TyperException
from typer.main import get_command

from dmnroute.cli import streams
from dmnroute.cli.errors import BUG, as_usage_error, error_document, exit_code_of, render
from dmnroute.cli.program import program
from dmnroute.errors import DmnrouteError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `dmnroute` with the arguments of the process, and leave it with the exit code.

    0: done; 1: it went wrong, or the run failed; 2: the call makes no sense; 130: stopped by Ctrl-C.
    """
    code = exit_code(sys.argv[1:] if arguments is None else arguments)
    if code == INTERRUPTED and threading.active_count() > 1:
        streams.flush()
        os._exit(code)  # a thread that is still in an agent's code would keep the process for as long as it likes
    gc.freeze()  # at its end Python would look for garbage in all that was loaded: a fifth of a short command's time
    sys.exit(code)


def exit_code(arguments: Sequence[str]) -> int:
    """Run one command; whatever it raises has been told when this returns."""
    streams.be_tolerant()
    as_json = "--json" in arguments
    try:
        command = get_command(program(*arguments[:1]))
        code = command.main(list(arguments), prog_name="dmnroute", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except TyperException as error:
        return _tell(as_usage_error(error), as_json=as_json)
    except DmnrouteError as error:
        return _tell(error, as_json=as_json)
    except BrokenPipeError:
        streams.close_quietly()
        return 1
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except Exception as error:  # nothing that was foreseen: the developers have to know all of it
        traceback.print_exc()
        print(BUG, file=sys.stderr)
        if as_json:
            streams.document(error_document(error))
        return 1


def _tell(error: DmnrouteError, *, as_json: bool) -> int:
    if as_json:
        streams.document(error_document(error))
    else:
        streams.complain(render(error))
    return exit_code_of(error)
