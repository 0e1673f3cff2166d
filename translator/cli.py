"""The `translator` command: options in, one line on standard error when something is wrong.

Exit status: 0 done; 1 done, with findings at or above --fail-on or text left untranslated;
2 usage; 3 bad input; 4 model or engine failure.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from translator import __version__
from translator.cli_adapt import adapt_command
from translator.cli_serve import keys_group, serve
from translator.cli_stores import memory_group, models_group, quiet_option, verbose_option
from translator.errors import TranslatorError
from translator.model_name import DEFAULT
from translator.text import shown_name

if TYPE_CHECKING:
    from translator.brief import Length, Style
    from translator.console import Job
    from translator.pipeline import Options

# The names of `export.FORMATS`, which is imported late.
FORMATS = ("md", "txt", "html", "docx", "json", "tmx", "xliff", "xliff2")
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main() -> None:
    """Run the command and exit with its status."""
    sys.exit(run_command(cli, "translator"))


def run_command(command: click.Command, name: str) -> int:
    """Run a command; every error becomes one line under the program's name and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a code page must never stop a translation
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = command.main(standalone_mode=False, prog_name=name)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say(name, "stopped")
        status = 130
    except TranslatorError as error:
        _say(name, str(error))
        status = error.exit_status
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        sys.stderr.close()
        status = 1
    except Exception as error:  # noqa: BLE001 - a traceback never reaches a user
        if "-v" in sys.argv or "--verbose" in sys.argv:
            traceback.print_exc()
        _say(
            name,
            f"internal error: {type(error).__name__}: {error}; -v shows where: please report it",
        )
        status = 4
    return status if isinstance(status, int) else 0


def _say(name: str, message: str) -> None:
    line = shown_name(" ".join(message.split()))  # messages name files
    click.echo(f"{name}: {line}", err=True)


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="translator")
def cli() -> None:
    """Chinese press articles into English: translation, brief, and what to check.

    SRC is a file (txt, md, docx, html, pdf), a URL, or - for standard input.
    """


def _job_options(command: Any) -> Any:
    """The options that translate and brief share."""
    for option in reversed(
        (
            click.argument("src"),
            click.option("-o", "--output", type=click.Path(path_type=Path), help="Write here."),
            click.option(
                "--format",
                "format_name",
                type=click.Choice(FORMATS),
                help="Output format. [default: by the ending of -o, else md]",
            ),
            click.option("--force", is_flag=True, help="Replace an existing output file."),
        )
    ):
        command = option(command)
    return command


def _engine_options(command: Any) -> Any:
    """The options of whatever translates."""
    for option in reversed(
        (
            click.option(
                "--engine",
                default="ctranslate2",
                show_default=True,
                help="ctranslate2, transformers, endpoint or echo.",
            ),
            click.option(
                "--model",
                default=DEFAULT,
                show_default=True,
                help="A catalogue name, a Hugging Face id, a local folder; +ADAPTER may follow. A "
                "server's name of its own.",
            ),
            click.option(
                "--quality",
                type=click.Choice(("fast", "best")),
                default="fast",
                show_default=True,
                help="best takes about twice as long.",
            ),
            click.option(
                "--base-url",
                metavar="URL",
                help="Server of --engine endpoint, as http://127.0.0.1:8000/v1; its key: "
                "TRANSLATOR_API_KEY. [default: TRANSLATOR_BASE_URL]",
            ),
            click.option(
                "--glossary",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Your own terms: CSV or TSV with columns source and target, or TBX.",
            ),
            click.option(
                "--names",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Names as you want them, as `translator names` proposes them: TSV.",
            ),
            click.option(
                "--fail-on",
                type=click.Choice(("error", "warning", "never")),
                default="never",
                show_default=True,
                help="Exit 1 on findings of this severity or above.",
            ),
            click.option(
                "--no-memory",
                is_flag=True,
                help="Neither use nor keep earlier answers and approved segments.",
            ),
            click.option(
                "--allow-private-urls",
                is_flag=True,
                help="Let SRC be a URL inside your own network.",
            ),
            click.option("-q", "--quiet", is_flag=True, help="No progress, errors only."),
            verbose_option,
        )
    ):
        command = option(command)
    return command


@cli.command()
@_job_options
@_engine_options
def translate(**given: Any) -> int:
    """Translate an article; every doubt is marked."""
    from translator import console

    return console.run(_job(given))


@cli.command()
@_job_options
@_engine_options
@click.option(
    "--length",
    type=click.Choice(("short", "standard", "long")),
    default="standard",
    show_default=True,
    help="How much the brief tells.",
)
@click.option(
    "--style",
    type=click.Choice(("press", "investor", "social")),
    default="press",
    show_default=True,
    help="A press brief, a note for investors, or a post of at most 280 characters.",
)
@click.option(
    "--extractive", is_flag=True, help="Draw the brief from the translation, with no model."
)
def brief(length: Length, style: Style, extractive: bool, **given: Any) -> int:
    """Translate an article and put an English brief on top: the main job."""
    from dataclasses import replace

    from translator import console
    from translator.brief import BriefOptions

    return console.run(replace(_job(given), brief=BriefOptions(length, style, extractive)))


@cli.command()
@click.argument("src")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write here.")
@click.option("--force", is_flag=True, help="Replace an existing output file.")
@click.option(
    "--glossary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your own terms; a name that is one has their English.",
)
@click.option("--allow-private-urls", is_flag=True, help="Let SRC be a URL inside your network.")
@verbose_option
def names(
    src: str, output: Path | None, force: bool, glossary: Path | None, allow_private_urls: bool
) -> None:
    """Propose the English of an article's names: change them, then pass the file to --names.

    A name without a target is left to the engine; write `-` for what is no name.
    """
    from translator import console, export

    if output is not None:
        export.check_writable(output, force=force)
    console.propose_names(src, output, glossary, allow_private=allow_private_urls)


@cli.command()
@click.argument("src")
@click.argument("target")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "never")),
    default="error",
    show_default=True,
    help="Exit 1 on findings of this severity or above.",
)
@click.option(
    "--glossary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your own terms: TSV with the columns source, target, note.",
)
@click.option(
    "--allow-private-urls", is_flag=True, help="Let SRC or TARGET be a URL inside your own network."
)
@quiet_option
@verbose_option
def check(
    src: str,
    target: str,
    format_name: str,
    fail_on: str,
    glossary: Path | None,
    allow_private_urls: bool,
    quiet: bool,
) -> int:
    """Check any translation TARGET of the article SRC; no model is needed.

    SRC and TARGET may have the same lines or paragraphs, or be whole documents: their sentences
    are then aligned.
    """
    from translator import console

    return console.check(
        src,
        target,
        format_name=format_name,
        fail_on=fail_on,
        glossary=glossary,
        allow_private=allow_private_urls,
        quiet=quiet,
    )


def _job(given: dict[str, Any]) -> Job:
    """The command's options as one record, the output checked before any work is done."""
    from translator import export
    from translator.console import Job

    output: Path | None = given["output"]
    name = given["format_name"] or (export.format_of(output) if output else "md")
    if output is None:
        export.check_printable(name)
    else:
        export.check_writable(output, force=given["force"])
    return Job(
        source=given["src"],
        output=output,
        format_name=name,
        options=_options(given),
        fail_on=given["fail_on"],
        allow_private=given["allow_private_urls"],
        quiet=given["quiet"],
        with_memory=not given["no_memory"],
    )


def _options(given: dict[str, Any]) -> Options:
    from translator.engines import QUALITIES
    from translator.pipeline import Options

    return Options(
        engine=given["engine"],
        model=given["model"],
        base_url=given["base_url"],
        glossary=given["glossary"],
        names=given["names"],
        decoding=QUALITIES[given["quality"]],
    )


@cli.command()
@click.argument("src", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Write here; a folder's tree is mirrored.",
)
@click.option(
    "--format",
    "formats",
    default="md",
    show_default=True,
    metavar="NAME[,NAME...]",
    help="Output formats, as of translate.",
)
@click.option("--brief", "with_brief", is_flag=True, help="Put a brief on top of each.")
@click.option("--text-column", default="text", show_default=True, help="Of JSONL, CSV and TSV.")
@click.option("--id-column", default="id", show_default=True, help="Names a row's output.")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@click.option("--force", is_flag=True, help="Replace outputs that are not from a batch.")
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help="Write a report over all articles, worst first.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    help="Processes, each with an engine of its own and its share of the processors. [default: 1; "
    "with --ray one a machine, or as many as have GPUs]",
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Run on a Ray cluster: HOST:6379 of its head, auto on one of its machines, or local.",
)
@click.option(
    "--ray-gpus",
    type=click.FloatRange(0),
    metavar="N",
    help="GPUs of each worker of --ray; a fraction shares one. [default: 0]",
)
@_engine_options
def batch(**given: Any) -> int:
    """Translate many articles: files, folders, patterns, URLs, rows of JSONL and CSV.

    SRC may be - for a list of files and URLs on standard input. Run the same command again to go
    on where it stopped: what is done is not done again, unless text or settings have changed.
    """
    from translator import batch_console
    from translator.batch import Cluster, Columns, Task

    if given["ray"] is None and given["ray_gpus"] is not None:
        raise click.UsageError("--ray-gpus is for --ray")
    task = Task(
        output=given["output"],
        formats=batch_console.formats(given["formats"]),
        options=_options(given),
        columns=Columns(given["text_column"], given["id_column"]),
        with_brief=given["with_brief"],
        with_memory=not given["no_memory"],
        allow_private=given["allow_private_urls"],
    )
    return batch_console.run(
        batch_console.Job(
            sources=given["src"],
            task=task,
            workers=given["workers"],
            cluster=Cluster(given["ray"], given["ray_gpus"] or 0.0) if given["ray"] else None,
            fail_on=given["fail_on"],
            force=given["force"],
            dry_run=given["dry_run"],
            summary=given["summary"],
            quiet=given["quiet"],
        )
    )


cli.add_command(adapt_command)
cli.add_command(keys_group)
cli.add_command(memory_group)
cli.add_command(models_group)
cli.add_command(serve)
