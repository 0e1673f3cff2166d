"""The commands of the server: `translator serve` and `translator keys`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import click

from translator.cli_stores import quiet_option, verbose_option
from translator.errors import UsageError
from translator.model_name import DEFAULT

_NEEDED = ("fastapi", "uvicorn", "limits", "prometheus_client", "python_multipart")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535))
@click.option("--engine", default="ctranslate2", show_default=True, help="As of translate.")
@click.option("--model", default=DEFAULT, show_default=True, help="As of translate.")
@click.option("--base-url", metavar="URL", help="Server of --engine endpoint.")
@click.option("--no-memory", is_flag=True, help="Neither use nor keep earlier answers.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name the server goes by, as behind a proxy: then keys are needed.",
)
@click.option(
    "--insecure", is_flag=True, help="Let everybody in who can reach the address: no keys."
)
@click.option(
    "--rate",
    default="300/minute",
    show_default=True,
    help="Requests of one key; without keys, files and exports of one address.",
)
@click.option("--log-json", is_flag=True, help="Log a line of JSON a request.")
@quiet_option
@verbose_option
def serve(quiet: bool, log_json: bool, insecure: bool, **given: Any) -> None:
    """Serve the web page and the REST API, until Ctrl-C or SIGTERM.

    On this machine alone nothing is asked for. With another --host every request needs a key:
    `translator keys add NAME` makes one; the page is logged in to with it.
    """
    _require_extra()
    import logging

    from translator.api import ServerSettings, logs, server
    from translator.service import Settings

    settings = ServerSettings(
        service=Settings(
            engine=given["engine"],
            model=given["model"],
            base_url=given["base_url"],
            with_memory=not given["no_memory"],
        ),
        host=given["host"],
        port=given["port"],
        hosts=tuple(host.lower() for host in given["hosts"]),
        insecure=insecure,
        rate=given["rate"],
    )
    logs.set_up(as_json=log_json, level=logging.WARNING if quiet else logging.INFO)
    if insecure:
        click.echo(
            f"translator: INSECURE: everybody who can reach {given['host']} can read, translate "
            "and change what is in the memory; no key is asked for",
            err=True,
        )
    server.run(settings, logs.report)


@click.group("keys")
def keys_group() -> None:
    """The keys of `translator serve`, of which only hashes are kept."""


@keys_group.command("add")
@click.argument("name")
@verbose_option
def add(name: str) -> None:
    """Make a key for NAME and print it: it cannot be shown again."""
    from translator.api.keys import Keys

    click.echo(Keys().add(name))


@keys_group.command("list")
@verbose_option
def list_keys() -> None:
    """Print whose keys there are."""
    from translator.api.keys import Keys

    for name in Keys().names():
        click.echo(name)


@keys_group.command("remove")
@click.argument("name")
@verbose_option
def remove(name: str) -> None:
    """Revoke the key of NAME; a running server knows at once."""
    from translator.api.keys import Keys

    Keys().remove(name)


def _require_extra() -> None:
    missing = [name for name in _NEEDED if not find_spec(name)]
    if missing:
        raise UsageError(
            f'the server needs more ({missing[0]} is missing): pip install "translator[serve]"'
        )
