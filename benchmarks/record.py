"""The measurements so far, in a file that is complete even if the run is interrupted."""

import json
import os
from pathlib import Path
from typing import Any

from benchmarks.plan import Row
from benchmarks.summary import summarized


class Record:
    """The measurements of one run; their file is written anew after each of them.

    Args:
        path: The JSON file.
        head: Facts of the run that are known before it, such as the machine.

    Attributes:
        sections: The rows of each section.
    """

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self._path = path
        self._head = head
        self.sections: dict[str, list[Row]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def content(self) -> dict[str, Any]:
        """All facts, results and measurements, as the file holds them."""
        return {
            **self._head,
            "summary": summarized(self.sections),
            "sections": self.sections,
        }

    def add(self, section: str, row: Row) -> None:
        """Add a measurement, in memory and in the file."""
        self.sections.setdefault(section, []).append(row)
        text = json.dumps(self.content, indent=1)
        # A new file is renamed when it is complete, so the record is never half a file.
        part = self._path.with_suffix(".part")
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, self._path)
