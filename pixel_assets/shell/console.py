"""The two streams: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape

from pixel_assets.errors import PixelError

P = ParamSpec("P")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(content: Any) -> None:
    """One JSON document on standard output; nothing else is printed there."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")


def exits(command: Callable[P, int | None]) -> Callable[P, None]:
    """Make a command's return value its exit code, and a :class:`PixelError` one clear message."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except PixelError as error:
            err.print(f"[bold red]error[/] {escape(str(error))}", soft_wrap=True)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            err.print("interrupted; nothing is half done, and the next build goes on from here")
            raise typer.Exit(130) from None
        raise typer.Exit(code or 0)

    return run
