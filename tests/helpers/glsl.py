"""Runs shaders without a graphics device: GLSL becomes Python, line by line.

It knows what our shaders use, and no more. A line ends with a brace or a semicolon; numbers
with a fraction are divided, and whole ones never; variables are declared with their value.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

TYPES = r"(?:float|int|uint|[iu]?vec[234]|mat4)"
SKIPPED = re.compile(r"(?:precision|uniform|out) ")
FOR = re.compile(r"for \(int (\w+) = (.+); \1 (<=?) (.+); \1\+\+\) {")
FUNCTION = re.compile(rf"(?:{TYPES}|void) (\w+)\((.*)\) {{")
ARRAY = re.compile(rf"{TYPES} (\w+)\[(.+)\];")
DECLARED = re.compile(rf"(?:const )?{TYPES} (\w+ = .+;)")
ADDED = re.compile(r"(\w+) \+= (.+);")


class Vector(np.ndarray):
    """A vector whose numbers have names: `v.x`, `v.xyz`."""

    def __getattr__(self, name: str) -> Any:
        places = ["xyzw".index(letter) for letter in name]
        return self[places[0]] if len(places) == 1 else self[places]


class Matrix:
    """A square matrix; `rows` are its columns as GLSL counts them."""

    __array_ufunc__ = None  # a vector leaves the product with a matrix to the matrix

    def __init__(self, rows: Any) -> None:
        self.rows = np.asarray(rows)

    def __getitem__(self, column: int) -> Vector:
        return self.rows[column].view(Vector)

    def __add__(self, other: "Matrix") -> "Matrix":
        return Matrix(self.rows + other.rows)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Matrix):
            return Matrix(other.rows @ self.rows)
        return (other @ self.rows).view(Vector)

    def __rmul__(self, other: Any) -> Any:
        if np.ndim(other) == 0:
            return Matrix(other * self.rows)
        return (self.rows @ other).view(Vector)


def vector(size: int, kind: type = float) -> Any:
    """Return the function that makes vectors, from one number or from all of them."""

    def made(*parts: Any) -> Vector:
        numbers = np.concatenate([np.atleast_1d(part) for part in parts]).astype(kind)
        return (np.repeat(numbers, size) if len(numbers) == 1 else numbers).view(Vector)

    return made


def matrix(*columns: Any) -> Matrix:
    """Return a matrix of four columns, or of one number on its diagonal."""
    return Matrix(columns if len(columns) > 1 else columns[0] * np.eye(4))


SAME_IN_NUMPY = ("sin", "cos", "tanh", "exp", "exp2", "floor", "ceil", "abs", "sign")
BUILT_IN: dict[str, Any] = {
    **{f"vec{size}": vector(size) for size in (2, 3, 4)},
    **{f"ivec{size}": vector(size, int) for size in (2, 3, 4)},
    **{name: getattr(np, name) for name in SAME_IN_NUMPY},
    "mat4": matrix,
    "min": np.minimum,
    "max": np.maximum,
    "pow": np.power,
    "clamp": np.clip,
    "length": lambda v: math.hypot(*v),
    "mix": lambda a, b, share: a * (1.0 - share) + b * share,
    "step": lambda edge, x: (edge <= x) * 1.0,
    "transpose": lambda m: Matrix(m.rows.T),
    "outerProduct": lambda column, row: Matrix(np.outer(row, column)),
    "texelFetch": lambda texture, place, level: texture[place[1], place[0]].view(Vector),
}


def run(text: str, names: dict[str, Any]) -> dict[str, Any]:
    """Return the functions of a shader by name, as Python functions.

    Args:
        text: The shader.
        names: Its textures and uniforms, and in capitals what it has as #define.
    """
    defined = {name: str(value) for name, value in names.items() if name.isupper()}
    given = {name: value for name, value in names.items() if not name.isupper()}
    space = BUILT_IN | given
    exec("\n".join(_python(_statements(_lines(text, defined)))), space)  # noqa: S102
    return space


def _lines(text: str, defined: dict[str, str]) -> Iterator[str]:
    """Yield the lines that the preprocessor leaves, what is defined written out."""
    kept: list[bool | None] = []  # of each #if: None after the part that was kept
    for line in re.sub(r"//.*", "", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "#if":
            kept.append(_holds(rest, defined))
        elif word in ("#elif", "#else"):
            kept[-1] = (
                None if kept[-1] is not False else word == "#else" or _holds(rest, defined)
            )
        elif word == "#endif":
            kept.pop()
        elif all(kept) and word == "#define":
            name, _, value = rest.strip().partition(" ")
            defined[name] = value.strip()
        elif all(kept) and word:
            yield _expanded(line.strip(), defined)


def _expanded(text: str, defined: dict[str, str]) -> str:
    while (new := re.sub(r"\b[A-Z_]{3,}\b", lambda m: defined.get(m[0], m[0]), text)) != text:
        text = new
    return text


def _holds(condition: str, defined: dict[str, str]) -> bool:
    # ACTIVATION is RELU, and RELU is 1.
    return bool(eval(_expression(_expanded(condition, defined))))  # noqa: S307


def _expression(text: str) -> str:
    return text.replace("&&", " and ").replace("||", " or ")


def _statements(lines: Iterator[str]) -> Iterator[str]:
    statement = ""
    for line in lines:
        statement = f"{statement} {line}".strip()
        if statement[-1] in "{};":
            yield statement
            statement = ""


def _python(statements: Iterator[str]) -> Iterator[str]:
    depth = 0
    for statement in statements:
        if statement == "}":
            depth -= 1
        elif not SKIPPED.match(statement):
            yield "    " * depth + _statement(statement)
            depth += statement.endswith("{")


def _statement(text: str) -> str:
    if match := FOR.fullmatch(text):
        name, first, sign, last = match.groups()
        return f"for {name} in range({first}, {last}{' + 1' if sign == '<=' else ''}):"
    if match := FUNCTION.fullmatch(text):
        parameters = ", ".join(each.split()[-1] for each in match[2].split(",") if each)
        return f"def {match[1]}({parameters}):"
    if text.startswith("if "):
        return f"if {_expression(text[3:-1])}:"
    if match := ARRAY.fullmatch(text):
        return f"{match[1]} = [None] * ({match[2]})"
    if match := DECLARED.fullmatch(text):
        return match[1]
    # Not in place, for other names may have the same array.
    return ADDED.sub(r"\1 = \1 + (\2)", text)
