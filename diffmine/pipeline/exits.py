"""How a command ends: its exit code, and one sentence where something was wrong."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any

from cyclopts import CycloptsError
from pydantic import ValidationError

from diffmine.errors import Cancelled, DiffmineError, EngineError


def exit_code(run: Callable[[], Any]) -> int:
    """Run a command and say in one sentence what ended it. The code is 0, 2 for a user's mistake or
    a place that refuses, 1 for workers that fail, 130 when stopped; other errors pass through."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # labels may have letters it lacks
                stream.reconfigure(errors="replace")
        run()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (KeyboardInterrupt, Cancelled):
        print("\nStopped. Finished work is kept; the same command goes on.", file=sys.stderr)
        return 130
    except (CycloptsError, ValidationError) as error:
        print(f"diffmine: {_sentence(error)}", file=sys.stderr)
        return 2
    except EngineError as error:
        print(f"diffmine: {error}", file=sys.stderr)
        return 1
    except DiffmineError as error:
        print(f"diffmine: {error}", file=sys.stderr)
        return 2
    except OSError as error:  # a full disk, a place that is read-only
        where = f"{error.filename}: " if error.filename else ""
        print(f"diffmine: {where}{error.strerror or error}.", file=sys.stderr)
        return 2
    return 0


def _sentence(error: CycloptsError | ValidationError) -> str:
    """What is wrong with an option: of several values that are refused, the first."""
    refused = error if isinstance(error, ValidationError) else error.__cause__
    if not isinstance(refused, ValidationError):
        return str(error)
    first = refused.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    sentence = first["msg"].removeprefix("Value error, ")
    return f"{where}: {sentence}, found {first['input']!r}.".removeprefix(": ")
