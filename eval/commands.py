"""What the commands do: files in, tables on standard output, reports into a folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval import formats, metrics, neural, outputs, report, seeds, testsets
from eval import gate as gates
from eval import planted as plants
from eval import run as runs
from eval.gate import Judgement
from eval.metrics import Scored
from eval.outputs import Output
from eval.report import tables
from eval.testsets import TestSet
from translator import export
from translator.engines import QUALITIES, Quality
from translator.errors import InputError, UsageError
from translator.home import shipped
from translator.pipeline import Options, Pipeline


def run(
    set_name: str,
    engine: str,
    model: str,
    quality: Quality,
    base_url: str | None,
    glossary: Path | None,
    system: str | None,
    documents: Sequence[str],
    no_briefs: bool,
    folder: Path | None,
    comet_python: str | None,
) -> int:
    """Translate a set with the product, save the output, report on it."""
    test_set = testsets.load(set_name).pick(documents)
    folder = folder or Path("reports") / test_set.name.replace("/", "-")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}") from error
    options = Options(
        engine=engine,
        model=model,
        decoding=QUALITIES[quality],
        base_url=base_url,
        glossary=glossary,
    )
    pipeline = Pipeline.load(options)
    path = folder / "output.json"
    name = system or Path(model).name
    for output in runs.run(test_set, pipeline, name, _progress, with_briefs=not no_briefs):
        outputs.save(output, test_set, path)
    extra = _comet(test_set, [output], comet_python)
    results = report.collect(test_set, [output], extra=extra)
    report.write(results, folder)
    print(tables.scores(results))
    print(f"\n{path}\n{folder / 'report.html'}")
    return 0


def score(
    systems: Sequence[Path],
    set_name: str,
    names: Sequence[str],
    folder: Path | None,
    comet_python: str | None,
    *,
    compared: bool,
) -> int:
    """Score every output for itself, or test each against the first."""
    known = metrics.all_metrics()
    for name in names:
        if name not in known:
            why = metrics.missing_metrics().get(name)
            raise UsageError(why or f"there is no metric {name!r} (there are {', '.join(known)})")
    test_set = testsets.load(set_name)
    loaded = _named_apart([outputs.load(path, test_set) for path in systems], systems)
    extra = _comet(test_set, loaded, comet_python)
    results = report.collect(test_set, loaded, names=names or None, extra=extra, compared=compared)
    print(tables.comparisons(results) if compared else tables.scores(results))
    if folder:
        report.write(results, folder)
        print(f"\n{folder / 'report.html'}")
    return 0


def gate(output: Path, config: Path, as_json: bool, folder: Path | None) -> int:
    """Print the verdict; its exit status is the command's."""
    judgement = gates.judge(config, output)
    verdict = judgement.verdict
    if folder:
        _report_gate(judgement, config, folder)
    if as_json:
        sys.stdout.write(report.as_json(verdict.record()))
    else:
        for check in verdict.checks:
            print(f"{'ok  ' if check.passed else 'FAIL'} {check.stage:8} {check.message}")
        print(verdict.sentence)
    return verdict.exit_status


def pin(output: Path, config: Path, allow_regression: bool) -> int:
    """Pin an output as the baseline."""
    print(gates.pin(config, output, allow_regression=allow_regression))
    return 0


def convert(set_name: str, target: Path) -> int:
    """Write a set in another format."""
    test_set = testsets.load(set_name)
    formats.write(test_set, target)
    print(f"{len(test_set)} segments in {target}")
    return 0


def planted(
    set_name: str, systems: Sequence[Path], sample: int, references: int, meaning: bool
) -> int:
    """How well the checks tell right from wrong on a set's references; what systems get wrong."""
    test_set = testsets.load(set_name)
    found = [outputs.load(path, test_set) for path in systems]
    targets = {one.system: one.targets for one in _named_apart(found, systems)}
    settings = plants.Settings(references or None, sample or None, meaning)
    for line in plants.report(test_set, targets, settings):
        print(line, flush=True)
    return 0


def manifest(write: bool) -> int:
    """Check or rewrite the seeds' manifest."""
    path = shipped("seeds") / "manifest.jsonl"
    text = seeds.manifest()
    if write:
        export.write(path, text)
    elif not path.exists() or path.read_text("utf-8") != text:
        raise InputError(f"{path} does not match the seed files; `manifest --write` renews it")
    test_set = seeds.load()
    print(f"{len(test_set.documents)} articles, {len(test_set)} segments, all files as named")
    return 0


def _report_gate(judgement: Judgement, config: Path, folder: Path) -> None:
    """The report behind a verdict; of bad data there is only the verdict."""
    if judgement.test_set is None or judgement.output is None or judgement.baseline is None:
        report.write_verdict(judgement.verdict, folder)
        return
    limits = gates.read_config(config)
    floors = {name: str(limit) for name, limit in {**limits.floors, **limits.hard}.items()}
    baseline, new = _named_apart(
        [judgement.baseline, judgement.output], [Path("baseline"), Path("new")]
    )
    results = report.collect(
        judgement.test_set, [baseline, new], verdict=judgement.verdict, floors=floors
    )
    report.write(results, folder)


def _named_apart(found: Sequence[Output], paths: Sequence[Path]) -> list[Output]:
    """Outputs with names of their own: where two share one, the file's folder or name is added."""
    names = [one.system for one in found]
    apart: list[Output] = []
    for at, (one, path) in enumerate(zip(found, paths, strict=True)):
        name = one.system
        if names.count(name) > 1:
            name = f"{name} ({path.parent.name or path.stem})"
            if name in [other.system for other in apart]:
                name = f"{one.system} ({at + 1})"
        apart.append(Output(name, one.targets, one.briefs, one.statuses, one.run))
    return apart


def _comet(
    test_set: TestSet, found: Sequence[Output], python: str | None
) -> Mapping[str, Mapping[str, Scored]]:
    if python is None:
        return {}
    return {one.system: {"comet": neural.score(test_set, one, python)} for one in found}


def _progress(done: int, total: int) -> None:
    """A line that counts, on a terminal; a line every tenth elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total} segments", end="" if done < total else "\n", file=sys.stderr)
    elif done * 10 // total > (done - 1) * 10 // total:
        print(f"{done} of {total} segments", file=sys.stderr, flush=True)
