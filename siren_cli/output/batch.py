"""The inputs of one command: an error of one does not keep the others from being tried.

A batch decides the exit code of its command: that of the error if there is one input,
9 if some of several inputs failed, 1 if a result missed its threshold, else 0.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from siren_cli.errors import SirenError
from siren_cli.output import exit_codes, terminal
from siren_cli.output.json_results import Result, opening


class Batch:
    """The inputs of a command, and the results and errors so far.

    Args:
        kind: The value of `type` in the JSON objects.
        paths: The inputs.
        show: Prints a result for a person.
        as_json: Print results and errors as JSON objects instead.

    Attributes:
        paths: The inputs.
        done: The results so far.
    """

    def __init__(
        self, kind: str, paths: Sequence[Path], show: Callable[[Result], Any], *, as_json: bool
    ) -> None:
        self._kind, self.paths, self._as_json = kind, paths, as_json
        self._show = terminal.print_json if as_json else show
        self._codes: list[int] = []
        self.done: list[Result] = []

    @property
    def several(self) -> bool:
        """Whether there is more than one input, and more than one was tried."""
        return min(len(self.paths), self.failed + len(self.done)) > 1

    @property
    def failed(self) -> int:
        """The number of inputs that have failed."""
        return len(self._codes)

    def check_all(self, check_input: Callable[[Path], Result | None]) -> list[Path]:
        """Check all inputs, which is quick; return those that are still to be worked on.

        Args:
            check_input: Raises an error if an input will fail, and returns a result if
                there is nothing left to do for it.
        """
        left = []
        for path in self.paths:
            with self._failure_counted(path):
                if (result := check_input(path)) is None:
                    left.append(path)
                else:
                    self._finish(result)
        return left

    def do(self, path: Path, work: Callable[[Path], Result]) -> None:
        """Do the work for one input, and show its result or explain its error."""
        result = None
        with self._failure_counted(path):
            result = work(path)
        if result is not None:
            self._finish(result)

    def exit_code(self) -> int:
        """Return the exit code of the command, now that every input was tried."""
        if self._codes:
            return exit_codes.SEVERAL_FAILED if self.several else self._codes[0]
        missed = any(result.get("missed") for result in self.done)
        return exit_codes.MISSED if missed else 0

    @contextmanager
    def _failure_counted(self, path: Path) -> Iterator[None]:
        try:
            yield
        except SirenError as error:
            self._codes.append(exit_codes.explain(error))
            if self._as_json:
                terminal.print_json(_failure(self._kind, path, error))

    def _finish(self, result: Result) -> None:
        self._show(result)
        self.done.append(result)


def do_each(
    kind: str,
    paths: Sequence[Path],
    work: Callable[[Path], Result],
    show: Callable[[Result], Any],
    *,
    as_json: bool,
) -> int:
    """Do the work for every input of a command, and return its exit code."""
    batch = Batch(kind, paths, show, as_json=as_json)
    for path in paths:
        batch.do(path, work)
    return batch.exit_code()


def _failure(kind: str, path: Path, error: SirenError) -> Result:
    """Return the JSON object of an input that failed."""
    name = type(error).__name__.removesuffix("Error").lower()
    explained = {"code": error.exit_code, "kind": name, "message": str(error)}
    return {**opening(kind, path, ok=False), "error": explained}
