"""The extras of the installation, which a few kinds of files need.

An extra is a name in brackets, as in `pip install 'siren-cli[exr]'`; it brings a package.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from siren_cli.errors import ResourceError

# The module of the package that each extra brings.
MODULES = {"exr": "OpenEXR", "onnx": "onnx", "vips": "pyvips"}


def is_installed(extra: str) -> bool:
    """Return whether the package of an extra is there, without loading it."""
    return find_spec(MODULES[extra]) is not None


def load(extra: str, work: str) -> ModuleType:
    """Import the package of an extra.

    Args:
        extra: A name of `MODULES`.
        work: The work that needs it, such as "OpenEXR is read".

    Raises:
        ResourceError: It cannot be imported.
    """
    try:
        return import_module(MODULES[extra])
    except (ImportError, OSError) as error:  # the package of vips looks for its library
        raise ResourceError(
            f"{work} by the extra {extra}: pip install 'siren-cli[{extra}]'"
        ) from error
