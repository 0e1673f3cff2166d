"""The command that teaches a model an office's own English: `translator adapt`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from translator.cli_stores import quiet_option, verbose_option
from translator.model_name import DEFAULT


@click.command("adapt")
@click.argument("pairs", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="ADAPTER",
    help="Write the adapter into this folder.",
)
@click.option(
    "--model",
    default=DEFAULT,
    show_default=True,
    help="The model to be adapted. Of MODEL+ADAPTER, what is learnt comes on top of that adapter, "
    "and the new one stands for both.",
)
@click.option(
    "--exclude",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="SET",
    help="Learn nothing from this set, nor from what is nearly in it: a text or bilingual file, a "
    "folder. The seeds are always left out.",
)
@click.option(
    "--terms",
    multiple=True,
    metavar="TEXT",
    help="Terms of use of the data, for the model card: once, or once for each PAIRS.",
)
@click.option(
    "--glossary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The terms that you will translate with: CSV, TSV or TBX.",
)
@click.option("--rank", default=8, show_default=True, help="Size of the adapter.")
@click.option("--learning-rate", default=2e-4, show_default=True)
@click.option("--epochs", default=2, show_default=True, help="How often each pair is learnt from.")
@click.option(
    "--batch-tokens", default=1024, show_default=True, help="Tokens that a step learns from."
)
@click.option(
    "--max-minutes", type=float, help="Fit the training into this time. [default: no limit]"
)
@click.option("--held-out", default=64, show_default=True, help="Pairs kept for validation.")
@click.option("--seed", default=1, show_default=True, help="Of all that is left to chance.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped or killed.")
@click.option("--force", is_flag=True, help="Replace an adapter or an unfinished run.")
@quiet_option
@verbose_option
def adapt_command(**given: Any) -> int:
    """Teach a model the English of your own translations: a small adapter for --model.

    PAIRS are TMX, XLIFF, TSV, JSONL and bilingual Word files, folders with the line-aligned files
    source.zh.txt and reference.en.txt, or `memory` for the approved segments of the translation
    memory. Use the result by --model embedded+ADAPTER.
    """
    from translator import adapt_console
    from translator.adapt import Options

    if given["resume"] and given["force"]:
        raise click.UsageError("--resume goes on with what --force would replace: give one of them")
    settings = (
        *("model", "glossary", "rank", "learning_rate", "epochs", "batch_tokens"),
        *("max_minutes", "held_out", "seed"),
    )
    return adapt_console.run(
        adapt_console.Job(
            pairs=given["pairs"],
            output=given["output"],
            options=Options(**{name: given[name] for name in settings}),
            exclude=given["exclude"],
            terms=given["terms"],
            resume=given["resume"],
            force=given["force"],
            quiet=given["quiet"],
        )
    )
