"""What was measured so far, in a file that an interrupted run leaves complete."""

import json
import os
from pathlib import Path
from typing import Any

from benchmarks.plan import Row
from benchmarks.summary import summarized


class Record:
    """The measurements of one run, written anew after each.

    Args:
        path: The JSON file.
        head: What is known beforehand, such as the machine.
    """

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self._path, self._head = path, head
        self.sections: dict[str, list[Row]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def content(self) -> dict[str, Any]:
        """Everything, as the file holds it."""
        return {
            **self._head,
            "summary": summarized(self.sections),
            "sections": self.sections,
        }

    def add(self, section: str, row: Row) -> None:
        """Keep a measurement, in memory and in the file."""
        self.sections.setdefault(section, []).append(row)
        text = json.dumps(self.content, indent=1)
        # Renamed at the end, so that the file is never half of one.
        part = self._path.with_suffix(".part")
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, self._path)
