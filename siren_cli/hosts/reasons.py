"""Why a fit of several hosts ends: the same sentence and exit code on every host."""

from typing import Any, NamedTuple

from siren_cli import errors
from siren_cli.errors import STOPPED, ResourceError, SirenError

# The classes of errors, by the exit codes that hosts tell each other.
ERRORS: dict[int, type[SirenError]] = {
    kind.exit_code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SirenError)
}
# What a user does after a host was lost or stopped.
GOES_ON = "the same command goes on with its work"


class Reason(NamedTuple):
    """Why a fit ends.

    Attributes:
        code: The exit code of each host.
        sentence: What each host says.
    """

    code: int
    sentence: str

    @property
    def error(self) -> SirenError:
        """The error that each host raises."""
        return ERRORS.get(self.code, SirenError)(self.sentence)

    @property
    def table(self) -> dict[str, Any]:
        """What hosts tell each other of it."""
        return self._asdict()


def of_table(table: dict[str, Any]) -> Reason:
    """Return the reason that another host told."""
    code = table.get("code")
    known = code if isinstance(code, int) else SirenError.exit_code
    return Reason(known, str(table.get("sentence")))


def lost(name: str) -> Reason:
    """Return the reason that a host was lost."""
    return Reason(ResourceError.exit_code, f"{name} was lost; {GOES_ON}")


def of_exception(error: BaseException, name: str) -> Reason:
    """Return the reason that a host of that name ended by an exception."""
    if isinstance(error, SirenError):
        return Reason(error.exit_code, f"{name}: {error}")
    if isinstance(error, MemoryError):
        return Reason(ResourceError.exit_code, f"{name}: not enough memory")
    if isinstance(error, STOPPED):
        return Reason(ResourceError.exit_code, f"{name} was stopped; {GOES_ON}")
    return Reason(SirenError.exit_code, f"{name}: a bug: {type(error).__name__}: {error}")
