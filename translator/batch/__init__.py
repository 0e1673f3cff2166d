"""Many articles, stopped and resumed at will.

sources     SRC... -> articles, each with an output path of its own
tables      rows of JSONL, CSV and TSV as articles
manifest    what became of every article, in the output folder
work        a window of articles through one pipeline, each rendered when it is done
pool        the same in several processes
cluster     the same on a Ray cluster
member      what a worker of a cluster does
runner      plan, claim, run, count
report      one page over all articles, worst first
"""

from __future__ import annotations

from translator.batch.cluster import Cluster
from translator.batch.manifest import Record, held
from translator.batch.runner import Outcome, Plan, plan, run
from translator.batch.sources import Item
from translator.batch.tables import Columns
from translator.batch.work import Sentence, Task, settings_of

__all__ = [
    "Cluster",
    "Columns",
    "Item",
    "Outcome",
    "Plan",
    "Record",
    "Sentence",
    "Task",
    "held",
    "plan",
    "run",
    "settings_of",
]
