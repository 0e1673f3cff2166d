"""Models from the Hugging Face Hub, through its own client and with an end to every wait."""

from __future__ import annotations

import concurrent.futures
import contextlib
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from translator.errors import ModelError
from translator.models.catalogue import ModelEntry
from translator.models.storage import (
    FULL,
    Meter,
    Progress,
    Report,
    bytes_in,
    on_disk,
    sha256,
    wrong_bytes,
)

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

T = TypeVar("T")

ANSWER_SECONDS = 5.0  # the Hub is left for another source when it has not answered by then
STALL_SECONDS = 60.0  # a download that has not grown for so long is given up
_POLL_SECONDS = 0.2
_TEXT_FILES = re.compile(r"[^/]+\.(json|txt|model|spm|vocab|jinja|tiktoken)", re.IGNORECASE)


def from_hub(entry: ModelEntry, folder: Path, report: Report, endpoint: str | None = None) -> Path:
    """Download a catalogue file from the Hub into `folder` and prove it; its path.

    Raises ModelError where the Hub does not answer in ANSWER_SECONDS, refuses, stalls, or sends
    other bytes than the catalogue pins (these are removed). OSError of a full disk passes through.
    """
    hub = entry.hub
    if hub is None:
        raise ModelError(f"the catalogue names no Hub file for {entry.name}")
    report(Progress("asking the Hugging Face Hub"))
    # The Hub's client starts over with a new partial file, so the old one is only dead weight.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _hub_faults():
        import huggingface_hub as client
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        url = client.hf_hub_url(hub.repo, hub.file, revision=hub.revision, endpoint=endpoint)
        offered = _within(
            ANSWER_SECONDS,
            lambda: client.get_hf_file_metadata(url, timeout=ANSWER_SECONDS, endpoint=endpoint),
        )
        # Large files have their SHA-256 as etag, so other bytes are known before they are fetched.
        other = re.fullmatch(r"[0-9a-f]{64}", offered.etag or "") and offered.etag != entry.sha256
        if other or offered.size not in (None, entry.size):
            raise ModelError(
                f"the Hub has another file than the catalogue: {offered.size} bytes, etag"
                f" {offered.etag}; {entry.size} bytes, SHA-256 {entry.sha256} expected"
            )
        meter = Meter(report, "downloading from the Hugging Face Hub", entry.size)
        _fetch(client, hub.repo, hub.file, hub.revision, folder, meter, endpoint)
    path = folder / hub.file
    check = Meter(report, "checking the download", entry.size)
    _prove(path, entry.sha256, "the Hub", check)
    return path


def snapshot(
    repo: str, revision: str | None, folder: Path, report: Report, endpoint: str | None = None
) -> tuple[str, str, list[Path]]:
    """Download what an engine needs of a Hub repository: commit, licence, files in `folder`.

    Weights as safetensors before PyTorch's, one GGUF file, tokenizer and configuration; nothing
    of subfolders, no code. Files already there are kept. Raises ModelError.
    """
    report(Progress(f"asking the Hugging Face Hub for {repo}"))
    with _hub_faults():
        import huggingface_hub as client
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        api = client.HfApi(endpoint=endpoint)
        info: ModelInfo = _within(
            4 * ANSWER_SECONDS,
            lambda: api.model_info(
                repo, revision=revision, files_metadata=True, timeout=4 * ANSWER_SECONDS
            ),
        )
        siblings = {item.rfilename: item for item in info.siblings or []}
        wanted = [siblings[name] for name in choose(list(siblings), repo)]
    if not info.sha:
        raise ModelError(f"the Hub names no commit for {repo}")
    sizes = [item.size or 0 for item in wanted]
    there = bytes_in(folder)
    with on_disk(folder, max(0, sum(sizes) - there)):
        for stale in folder.glob(".cache/huggingface/download/**/*.incomplete"):
            stale.unlink()
        meter = Meter(report, f"downloading {repo}", sum(sizes))
        for item in wanted:
            with _hub_faults():
                _fetch(client, repo, item.rfilename, info.sha, folder, meter, endpoint)
            _prove_sibling(folder / item.rfilename, item)
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    licence = getattr(info.card_data, "license", None)
    licence = licence if isinstance(licence, str) and licence.isprintable() else ""
    return info.sha, licence, [folder / item.rfilename for item in wanted]


def choose(names: list[str], repo: str) -> list[str]:
    """Which files of a repository an engine needs; ModelError where it holds no usable weights."""
    flat = sorted(name for name in names if re.fullmatch(r"[\w][\w .+-]*", name))

    def like(pattern: str) -> list[str]:
        return [name for name in flat if re.fullmatch(pattern, name, re.IGNORECASE)]

    ggufs = like(r".+\.gguf")
    weights = (
        like(r"model-\d+-of-\d+\.safetensors")
        or like(r"model\.safetensors")
        or like(r"pytorch_model(-\d+-of-\d+)?\.bin")
        or like(r"model\.bin")
        or (ggufs if len(ggufs) == 1 else like(r".+q4_k_m\.gguf"))
    )
    if not weights or (weights[0] in ggufs and len(weights) > 1):
        raise ModelError(
            f"{repo} has no weights that an engine here can read (safetensors, PyTorch, CTranslate2"
            " or one GGUF file): choose another repository, or download the file you want and give"
            " its path"
        )
    return weights + [name for name in flat if _TEXT_FILES.fullmatch(name)]


@contextlib.contextmanager
def _hub_faults() -> Iterator[None]:
    """Whatever the Hub's client raises becomes one line, but for a full disk and our own words."""
    try:
        yield
    except ModelError:
        raise
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno in FULL:
            raise
        lines = " ".join(str(fault).split())[:300] or type(fault).__name__
        raise ModelError(f"the Hub cannot be used: {lines}") from fault


def _within(seconds: float, call: Callable[[], T]) -> T:
    """The result of `call`, or ModelError when it takes longer.

    A thread of its own, because a timeout of the client covers neither name look-up nor a server
    that trickles its answer.
    """
    limit = time.monotonic() + seconds
    return _watched(call, lambda: time.monotonic() < limit, f"no answer within {seconds:.0f} s")


def _fetch(
    client: Any,
    repo: str,
    file: str,
    revision: str,
    folder: Path,
    meter: Meter,
    endpoint: str | None,
) -> None:
    """Download one file; progress and stalls are read off the folder, whatever the transport."""
    grown = [bytes_in(folder), time.monotonic()]

    def growing() -> bool:
        size, now = bytes_in(folder), time.monotonic()
        if size != grown[0]:
            grown[:] = [size, now]
            meter.at(int(size))
        return now - grown[1] < STALL_SECONDS

    _watched(
        lambda: client.hf_hub_download(
            repo,
            file,
            revision=revision,
            local_dir=folder,
            endpoint=endpoint,
            etag_timeout=ANSWER_SECONDS,
        ),
        growing,
        f"the download stood still for {STALL_SECONDS:.0f} s",
    )


def _watched(call: Callable[[], T], patient: Callable[[], bool], complaint: str) -> T:
    future: concurrent.futures.Future[T] = concurrent.futures.Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as fault:  # noqa: BLE001 - handed to the thread that waits
            future.set_exception(fault)

    threading.Thread(target=work, daemon=True).start()
    while not concurrent.futures.wait([future], timeout=_POLL_SECONDS).done:
        if not patient():
            raise ModelError(f"the Hub cannot be used: {complaint}")
    return future.result()


def _prove_sibling(path: Path, item: RepoSibling) -> None:
    if item.lfs is not None:
        _prove(path, item.lfs.sha256, "the Hub", None)
    elif item.size is not None and path.stat().st_size != item.size:
        size = path.stat().st_size
        path.unlink()
        raise ModelError(f"the Hub sent {size} bytes of {path.name}, not {item.size}: removed")


def _prove(path: Path, expected: str, sender: str, meter: Meter | None) -> None:
    got = sha256(path, meter.add if meter else None)
    if got != expected:
        path.unlink()
        raise ModelError(wrong_bytes(sender, expected, got))
