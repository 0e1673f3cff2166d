"""`python -m eval`: run, score, compare, gate, pin; convert, planted, manifest, bench, load.

Exit status: 0 done or passed; 1 quality below the gate; 2 usage; 3 bad or changed data;
4 a model or a run that failed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from translator.cli import run_command
from translator.errors import UsageError
from translator.model_name import DEFAULT

_HERE = Path(__file__).parent
_PATH = click.Path(path_type=Path)
_set = click.option(
    "--set",
    "set_name",
    default="seeds",
    show_default=True,
    metavar="SET",
    help="seeds, a folder with source.zh.txt, a TSV, JSONL or WMT XML file, or sacrebleu:SET/PAIR.",
)
_out = click.option(
    "-o",
    "--output",
    "folder",
    type=_PATH,
    help="Write report.json, .md, .html into this folder.",
)
_metric = click.option(
    "--metric", "names", multiple=True, metavar="NAME", help="Only this one; may be repeated."
)
_config = click.option(
    "--config", type=_PATH, default=_HERE / "gate.toml", help="[default: eval/gate.toml]"
)
_comet = click.option(
    "--comet-python",
    metavar="PYTHON",
    help="Add COMET, run by the interpreter of an environment that has unbabel-comet.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-v", "--verbose", is_flag=True, expose_value=False, help="Say more on a failure.")
def cli() -> None:
    """Score translations and briefs, compare systems, stop a bad change.

    OUTPUT is a saved run (output.json) or a text file with one translation a line.
    """


@cli.command()
@_set
@click.option("--engine", default="ctranslate2", show_default=True)
@click.option("--model", default=DEFAULT, show_default=True)
@click.option("--quality", type=click.Choice(("fast", "best")), default="fast", show_default=True)
@click.option("--base-url", metavar="URL", help="Server of --engine endpoint.")
@click.option("--glossary", type=_PATH, help="Terms of your own, as in `translator translate`.")
@click.option("--system", help="Name of the system in reports. [default: the model]")
@click.option("--document", "documents", multiple=True, metavar="ID", help="Only this document.")
@click.option("--no-briefs", is_flag=True, help="Leave the briefs out.")
@click.option(
    "-o", "--output", "folder", type=_PATH, help="Folder to write into. [default: reports/SET]"
)
@_comet
def run(**given: Any) -> int:
    """Run the product on a test set; save its output and a report."""
    from eval import commands

    return commands.run(**given)


@cli.command()
@click.argument("systems", nargs=-1, required=True, type=_PATH, metavar="OUTPUT...")
@_set
@_metric
@_out
@_comet
def score(**given: Any) -> int:
    """Score saved outputs, each for itself; no model is loaded."""
    from eval import commands

    return commands.score(**given, compared=False)


@cli.command()
@click.argument("systems", nargs=-1, required=True, type=_PATH, metavar="BASELINE OUTPUT...")
@_set
@_metric
@_out
@_comet
def compare(**given: Any) -> int:
    """Compare systems with the first one: differences, intervals, paired tests."""
    from eval import commands

    if len(given["systems"]) < 2:
        raise UsageError("compare needs at least two outputs, the baseline first")
    return commands.score(**given, compared=True)


@cli.command()
@click.argument("output", type=_PATH)
@_config
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@_out
def gate(**given: Any) -> int:
    """Say whether OUTPUT is as good as what is pinned: exit 0 or 1."""
    from eval import commands

    return commands.gate(**given)


@cli.command()
@click.argument("output", type=_PATH)
@_config
@click.option("--allow-regression", is_flag=True, help="Let floors fall, and limits be broken.")
def pin(**given: Any) -> int:
    """Make OUTPUT the baseline and raise the floors to it."""
    from eval import commands

    return commands.pin(**given)


@cli.command()
@click.argument("set_name", metavar="SET")
@click.argument("target", type=_PATH)
def convert(**given: Any) -> int:
    """Write SET as TSV or JSONL by TARGET's ending, else as a folder of text files."""
    from eval import commands

    return commands.convert(**given)


@cli.command()
@click.argument("systems", type=_PATH, nargs=-1)
@_set
@click.option("--sample", default=150, show_default=True, help="Errors of a sort; 0 for all.")
@click.option("--references", default=600, show_default=True, help="Translations; 0 for all.")
@click.option("--meaning/--no-meaning", default=True, help="With the sentence encoder, or not.")
def planted(**given: Any) -> int:
    """Plant errors in human translations, count what the checks find; rate SYSTEMS by the same."""
    from eval import commands

    return commands.planted(**given)


@cli.command()
@click.option("--write", is_flag=True, help="Make it match the files.")
def manifest(**given: Any) -> int:
    """Check seeds/manifest.jsonl against the seed files."""
    from eval import commands

    return commands.manifest(**given)


@cli.command()
@click.option("--set", "set_name", default="seeds", show_default=True, metavar="SET")
@click.option("--lines", type=click.IntRange(1), metavar="N", help="Only the first N segments.")
@click.option("--only", metavar="NAME", help="One of the systems; prints JSON.")
@click.option("--base-url", metavar="URL", help="Also the only model of a server there.")
def bench(**given: Any) -> int:
    """Engines side by side, one process each: speed, memory, load time, BLEU, chrF++; the brief."""
    from eval import bench as benchmark

    known_names = (*benchmark.SYSTEMS, benchmark.BRIEF)
    if given["only"] is not None and given["only"] not in known_names:
        known = ", ".join(known_names)
        raise UsageError(f"there is no system {given['only']!r} (there are {known})")
    benchmark.run(**given)
    return 0


@cli.command()
@click.option("--engine", default="echo", show_default=True)
@click.option("--model", default="echo", show_default=True)
@click.option("--clients", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 3600), default=60, show_default=True)
def load(**given: Any) -> int:
    """Many clients at a server on this machine: answers, seconds, memory, who waited how long."""
    from eval import load as loads

    return loads.run(**given)


@cli.command("bench-batch")
@click.option("--engine", default="echo", show_default=True)
@click.option("--model", default=DEFAULT, show_default=True)
@click.option("--articles", "number", type=click.IntRange(2), default=200, show_default=True)
def bench_batch(**given: Any) -> int:
    """What a batch costs again, in small articles, twice as large, in two processes."""
    from eval import batch_bench

    return batch_bench.run(**given)


@cli.command("bench-adapt")
def bench_adapt() -> int:
    """Teach the embedded model a made-up house style; 1 where new sentences do not follow it."""
    from eval import adapt_bench

    return adapt_bench.run()


if __name__ == "__main__":
    sys.exit(run_command(cli, "eval"))
