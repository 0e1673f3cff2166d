"""The adapter that learning begins with, and what the new one's record keeps of it."""

from __future__ import annotations

from typing import Any

from translator import models
from translator.adapt.options import Options
from translator.errors import UsageError
from translator.model_name import split_adapter
from translator.models.adapters import Adapter


def begun_from(options: Options, report: models.Report) -> Adapter | None:
    """The adapter in the model's name; None where there is none.

    Raises:
        UsageError: it is not there, or has another rank.
        ModelError: it is damaged, or made for another model, or that cannot be had.
    """
    base, name = split_adapter(options.model)
    if name is None:
        return None
    models.pull(base, report=report)
    adapter = models.adapter_of(options.model)
    assert adapter is not None  # noqa: S101  the name has one
    if (rank := adapter.record["settings"]["rank"]) != options.rank:
        raise UsageError(
            f"{adapter.name} has rank {rank}, and what goes on from it has the same: give "
            f"--rank {rank}, or --model {base} to begin without it"
        )
    return adapter


def record(adapter: Adapter) -> dict[str, Any]:
    """Name, identity and steps of an adapter, and all data that it and those before it learnt."""
    before = adapter.record.get("begun_from") or {"data": [], "steps": 0}
    return {
        "name": adapter.name,
        "sha256": adapter.sha256,
        "data": [*before["data"], *adapter.record["data"]],
        "steps": before["steps"] + adapter.record["training"]["steps_of_these_weights"],
    }
