"""What a system made of a test set: a saved run, or any line-aligned text file.

A saved run is JSON: {"schema": 1, "system", "set": {"name", "sha256"}, "targets": [...],
"statuses": [...], "briefs": {document id: the brief as design.md's JSON has it},
"run": the run record}. It is scored again without a model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.testsets import TestSet
from eval.textfiles import read_lines, read_text, require_clean
from translator import export
from translator.errors import InputError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Output:
    """One system's translations, a target a segment, and its briefs by document id."""

    system: str
    targets: tuple[str, ...]
    briefs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The digest of what is scored: targets and briefs."""
        content = json.dumps([self.targets, self.briefs], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def record(self, test_set: TestSet) -> dict[str, Any]:
        """The saved run."""
        return {
            "schema": SCHEMA,
            "system": self.system,
            "set": {"name": test_set.name, "sha256": test_set.sha256},
            "targets": list(self.targets),
            "statuses": list(self.statuses),
            "briefs": dict(self.briefs),
            "run": dict(self.run),
        }


def save(output: Output, test_set: TestSet, path: Path) -> None:
    """Write a saved run, in one step."""
    text = json.dumps(output.record(test_set), ensure_ascii=False, indent=1) + "\n"
    export.write(path, text)


def load(path: Path, test_set: TestSet) -> Output:
    """A saved run (.json), or the targets in a text file, a line a segment.

    Raises:
        InputError: the file breaks a rule, has another number of segments, or was made on
            another state of the set.
    """
    output = _from_json(path, test_set) if path.suffix == ".json" else _from_text(path)
    if len(output.targets) != len(test_set):
        raise InputError(
            f"{path} has {len(output.targets)} segments, {test_set.name} has {len(test_set)}"
        )
    return output


def flat(targets: Sequence[str]) -> list[str]:
    """Targets with line breaks and runs of spaces folded, as metrics take them."""
    return [" ".join(target.split()) for target in targets]


def _from_text(path: Path) -> Output:
    name = path.name.removesuffix(".txt").removesuffix(".en")
    return Output(name, read_lines(path, empty=True))


def _from_json(path: Path, test_set: TestSet) -> Output:
    try:
        record = json.loads(read_text(path))
        if record["schema"] != SCHEMA:
            raise InputError(f"{path} has schema {record['schema']}; this program reads {SCHEMA}")
        made_on = record["set"]["sha256"]
        output = Output(
            str(record["system"]),
            tuple(map(str, record["targets"])),
            dict(record["briefs"]),
            tuple(map(str, record["statuses"])),
            dict(record["run"]),
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no saved run: {error!r}") from error
    if made_on != test_set.sha256:
        raise InputError(
            f"{path} was made on another state of {record['set']['name']} than {test_set.name} "
            "has now; run it again"
        )
    for number, target in enumerate(output.targets, 1):
        require_clean(target, f"{path}, segment {number}", empty=True)
    return output
