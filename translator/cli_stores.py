"""The commands round the work itself: `translator memory` and `translator models`."""

from __future__ import annotations

from pathlib import Path

import click

from translator.model_name import EMBEDDED

_name = click.argument("name", default=EMBEDDED)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress, errors only.")
# `main` looks for this one: it decides whether an unforeseen error shows where it came from.
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, help="Say more when something fails."
)


@click.group("memory")
def memory_group() -> None:
    """What is kept between runs: answers of engines, and segments that people approved."""


@memory_group.command("stats")
@verbose_option
def memory_stats() -> None:
    """How much there is, and where."""
    from translator import console

    console.memory_stats()


@memory_group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--all", "unreviewed", is_flag=True, help="Take pairs that nobody has reviewed too.")
@verbose_option
def memory_import(files: tuple[Path, ...], unreviewed: bool) -> int:
    """Take in translations that people approved: TMX, XLIFF, TSV, bilingual Word files.

    Exit status 1 where a pair was left out; each is named.
    """
    from translator import console

    return console.memory_import(files, unreviewed=unreviewed)


@memory_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace an existing file.")
@verbose_option
def memory_export(file: Path, force: bool) -> None:
    """Write the approved segments to FILE.tmx or FILE.tsv."""
    from translator import console

    console.memory_export(file, force=force)


@memory_group.command("clear")
@click.option("--approved", is_flag=True, help="Forget what people approved instead.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@verbose_option
def memory_clear(approved: bool, yes: bool) -> None:
    """Forget the answers of engines; they can be had again."""
    from translator import console

    if approved and not yes:
        click.confirm("Forget all segments that people approved?", abort=True, err=True)
    console.memory_clear(approved=approved)


@click.group("models")
def models_group() -> None:
    """The models on this machine: list, pull, verify, export, import, prune."""


@models_group.command("list")
def list_models() -> None:
    """What is known and what is here."""
    from translator import console

    console.list_models()


@models_group.command()
@_name
@quiet_option
@verbose_option
def pull(name: str, quiet: bool) -> None:
    """Download a model (a catalogue name or a Hugging Face id) and verify it."""
    from translator import console

    console.pull(name, quiet=quiet)


@models_group.command()
@_name
@quiet_option
@verbose_option
def verify(name: str, quiet: bool) -> int:
    """Read every file of a model again and compare its SHA-256."""
    from translator import console

    return console.verify(name, quiet=quiet)


@models_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--model", "name", default=EMBEDDED, show_default=True)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@quiet_option
@verbose_option
def export_model(file: Path, name: str, force: bool, quiet: bool) -> None:
    """Write a model into one FILE, for a machine without network."""
    from translator import console

    console.export_model(name, file, force=force, quiet=quiet)


@models_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@quiet_option
@verbose_option
def import_model(file: Path, quiet: bool) -> None:
    """Bring in a FILE that `translator models export` wrote, or an adapter's folder."""
    from translator import console

    console.import_model(file, quiet=quiet)


@models_group.command()
@_name
@verbose_option
def prune(name: str) -> None:
    """Drop a model's download, keeping what was prepared from it for the engine."""
    from translator import console

    console.prune(name)
