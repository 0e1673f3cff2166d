"""The gate: whether an output may replace what is pinned.

In this order: the data are what they were; nothing is broken (hard limits); no score is below
its floor; and no metric has lost against the pinned baseline, where a loss counts only when it
is significant and as large as its margin. One `Verdict` gives the sentence, the JSON and the
exit status.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

import tomlkit
import tomlkit.exceptions

from eval import metrics, outputs, significance, testsets
from eval.metrics import Scored
from eval.outputs import Output
from eval.significance import Comparison, Resampling
from eval.testsets import TestSet
from eval.textfiles import read_text
from translator import export
from translator.errors import InputError, TranslatorError, UsageError

Outcome = Literal["pass", "quality", "usage", "data", "error"]
Stage = Literal["data", "hard", "floor", "baseline"]

EXIT: Mapping[Outcome, int] = {"pass": 0, "quality": 1, "usage": 2, "data": 3, "error": 4}
_SENTENCES: Mapping[Outcome, str] = {
    "pass": "PASS",
    "quality": "FAIL",
    "usage": "USAGE",
    "data": "DATA CHANGED",
    "error": "ERROR",
}
_BASELINE = "baseline"
# Scores of the same text by the same signature; more is another tokenizer or a changed file.
_SAME = 0.005


@dataclass(frozen=True, slots=True)
class Check:
    """One question the gate asked, and its answer."""

    stage: Stage
    name: str
    passed: bool
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says. Sentence, record and exit status all come from here."""

    system: str
    outcome: Outcome
    checks: tuple[Check, ...]
    reason: str = ""

    @property
    def exit_status(self) -> int:
        """0 pass, 1 quality, 2 usage, 3 data, 4 error."""
        return EXIT[self.outcome]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed, in the gate's order."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def sentence(self) -> str:
        """One line for a person."""
        if self.outcome == "pass":
            said = f"{self.system} passes all {len(self.checks)} checks"
        else:
            said = "; ".join([check.message for check in self.failures] or [self.reason])
        return f"{_SENTENCES[self.outcome]}: {said}"

    def record(self) -> dict[str, Any]:
        """The verdict as JSON."""
        return {
            "system": self.system,
            "outcome": self.outcome,
            "exit_status": self.exit_status,
            "sentence": self.sentence,
            "checks": [asdict(check) for check in self.checks],
        }

    def junit(self) -> str:
        """The verdict as JUnit XML, a test case a check."""
        suite = ET.Element("testsuite", name="translator.eval.gate")
        cases = self.checks or (Check("data", self.outcome, False, self.reason),)
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(sum(not case.passed for case in cases)))
        for check in cases:
            case = ET.SubElement(
                suite, "testcase", classname=f"gate.{check.stage}", name=check.name
            )
            if not check.passed:
                failure = ET.SubElement(case, "failure", message=check.message)
                failure.text = check.message
        ET.indent(suite)
        return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


@dataclass(frozen=True, slots=True)
class Limit:
    """The least or the most that a score may be."""

    bound: float
    is_floor: bool

    def allows(self, value: float) -> bool:
        """A score that cannot be computed is not allowed."""
        return value >= self.bound if self.is_floor else value <= self.bound

    def __str__(self) -> str:
        return f"{'at least' if self.is_floor else 'at most'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Config:
    """`gate.toml`: the set, hard limits, floors, margins, and how tests draw."""

    path: Path
    set_name: str
    hard: Mapping[str, Limit]
    floors: Mapping[str, Limit]
    margins: Mapping[str, float]
    alpha: float
    samples: int
    trials: int
    seed: int

    @property
    def baseline(self) -> Path:
        """The folder with the pinned output and its scores."""
        return self.path.parent / _BASELINE

    @property
    def names(self) -> list[str]:
        """The metrics that the gate looks at."""
        return list(dict.fromkeys([*self.hard, *self.floors, *self.margins]))


@dataclass(frozen=True)
class Judgement:
    """A verdict with everything that led to it, for a report."""

    verdict: Verdict
    test_set: TestSet | None = None
    output: Output | None = None
    baseline: Output | None = None
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)


def judge(config_path: Path, output_path: Path) -> Judgement:
    """The verdict on a saved output; every fault of data or use is a verdict too."""
    system = output_path.name
    try:
        config = read_config(config_path)
        test_set = testsets.load(config.set_name)
        output = outputs.load(output_path, test_set)
        system = output.system
        return _judge(config, test_set, output)
    except UsageError as error:
        return Judgement(Verdict(system, "usage", (), str(error)))
    except InputError as error:
        return Judgement(Verdict(system, "data", (), str(error)))
    except TranslatorError as error:
        return Judgement(Verdict(system, "error", (), str(error)))


def _judge(config: Config, test_set: TestSet, output: Output) -> Judgement:
    baseline, pinned = _read_baseline(config, test_set)
    now = metrics.evaluate(test_set, output, config.names)
    before = metrics.evaluate(test_set, baseline, config.names)
    checks = list(_data_checks(pinned, test_set, before))
    if all(check.passed for check in checks):
        checks += _limit_checks("hard", config.hard, now)
        checks += _limit_checks("floor", config.floors, now)
        compared = _compare(config, test_set, before, now)
        checks += [_baseline_check(name, compared[name], config, now[name]) for name in compared]
        outcome: Outcome = "pass" if all(check.passed for check in checks) else "quality"
    else:
        outcome, compared = "data", {}
    verdict = Verdict(output.system, outcome, tuple(checks))
    return Judgement(verdict, test_set, output, baseline, compared)


def pin(config_path: Path, output_path: Path, *, allow_regression: bool) -> str:
    """Make a saved output the baseline and raise the floors to its scores less their margins.

    A floor above that stays: one that could sink a margin each time would end anywhere. Returns a
    line on what was done.

    Raises:
        UsageError: a floor or a hard limit is broken, and `allow_regression`, with which floors
            fall too, is not set.
        InputError: the output or the configuration cannot be read.
    """
    config = read_config(config_path)
    test_set = testsets.load(config.set_name)
    output = outputs.load(output_path, test_set)
    scored = metrics.evaluate(test_set, output, config.names)
    checks = [
        *_limit_checks("hard", config.hard, scored),
        *_limit_checks("floor", config.floors, scored),
    ]
    broken = [one.message for one in checks if not one.passed]
    if broken and not allow_regression:
        raise UsageError(f"{'; '.join(broken)}; --allow-regression pins it all the same")
    floors = {
        name: _floor(scored[name], config.margins.get(name, 0.0))
        for name in config.floors
        if name in scored
    }
    if not allow_regression:
        floors = {
            name: bound if config.floors[name].allows(bound) else config.floors[name].bound
            for name, bound in floors.items()
        }
    _write_floors(config, floors)
    config.baseline.mkdir(exist_ok=True)
    outputs.save(output, test_set, config.baseline / "output.json")
    record = {
        "set": {"name": test_set.name, "sha256": test_set.sha256, "segments": len(test_set)},
        "output_sha256": output.sha256,
        "scores": {
            name: {"value": round(one.value, 4), "signature": one.metric.signature(test_set)}
            for name, one in scored.items()
        },
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    export.write(config.baseline / "scores.json", text)
    return f"{output.system} is pinned: " + ", ".join(
        f"{one.metric.title} {one.value:.1f}" for one in scored.values()
    )


def read_config(path: Path) -> Config:
    """`gate.toml`.

    Raises:
        InputError: it cannot be read.
        UsageError: a key or a metric in it is unknown, or a value of the wrong kind.
    """
    try:
        table = tomlkit.parse(read_text(path)).unwrap()
    except tomlkit.exceptions.ParseError as error:
        raise InputError(f"{path} is not a TOML file: {error}") from error
    known = {"set", "hard", "floors", "margins", "test"}
    if unknown := sorted(set(table) - known):
        raise UsageError(f"{path}: unknown key {unknown[0]!r}; it has {', '.join(sorted(known))}")
    there = metrics.all_metrics()
    for section in ("hard", "floors", "margins"):
        for name, value in table.get(section, {}).items():
            if name not in there:
                raise UsageError(f"{path}: there is no metric {name!r} in [{section}]")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise UsageError(f"{path}: {section}.{name} must be a number")
    test = {"alpha": 0.05, "samples": 1000, "trials": 10_000, "seed": 12345}
    test |= table.get("test", {})

    def limits(section: str) -> dict[str, Limit]:
        return {
            name: Limit(float(value), there[name].better == "up")
            for name, value in table.get(section, {}).items()
        }

    try:
        return Config(
            path,
            str(table.get("set", "seeds")),
            limits("hard"),
            limits("floors"),
            {name: float(value) for name, value in table.get("margins", {}).items()},
            float(test.pop("alpha")),
            **{name: int(value) for name, value in test.items()},
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path}: [test] is wrong: {error}") from error


def _read_baseline(config: Config, test_set: TestSet) -> tuple[Output, dict[str, Any]]:
    scores = config.baseline / "scores.json"
    if not scores.exists():
        raise UsageError(f"nothing is pinned in {config.baseline}; run `python -m eval pin OUTPUT`")
    try:
        pinned: dict[str, Any] = json.loads(read_text(scores))
        digest = pinned["output_sha256"]
        state = pinned["set"]["sha256"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(f"{scores} is no pinned baseline: {error!r}") from error
    if state != test_set.sha256:
        raise InputError(
            f"{test_set.name} is not what the baseline was pinned on; run the baseline's system "
            "on it again and pin that"
        )
    baseline = outputs.load(config.baseline / "output.json", test_set)
    if baseline.sha256 != digest:
        raise InputError(f"{config.baseline / 'output.json'} was changed after it was pinned")
    return baseline, pinned


def _data_checks(
    pinned: Mapping[str, Any], test_set: TestSet, before: Mapping[str, Scored]
) -> Iterator[Check]:
    yield Check("data", "set", True, f"{test_set.name} is what it was")
    for name, one in before.items():
        known = pinned["scores"].get(name)
        if known is None or one.metric.signature(test_set) == metrics.CHECKS:
            continue
        signature = one.metric.signature(test_set)
        if signature != known["signature"]:
            message = f"{name} is computed as {signature} now, {known['signature']} when pinned"
            yield Check("data", f"signature {name}", False, f"{message}; pin again")
        elif abs(one.value - known["value"]) > _SAME:
            message = f"the pinned output has {name} {one.value:.2f} now, {known['value']:.2f} then"
            yield Check("data", f"score {name}", False, f"{message}; find out why, then pin again")


def _limit_checks(
    stage: Stage, limits: Mapping[str, Limit], scored: Mapping[str, Scored]
) -> Iterator[Check]:
    for name, limit in limits.items():
        if name not in scored:
            yield Check(stage, name, False, f"{name} is asked for, and the output has no briefs")
            continue
        value = scored[name].value
        said = f"{scored[name].metric.title} {value:.2f}, {limit} is asked for"
        yield Check(stage, name, limit.allows(value), said)


def _compare(
    config: Config, test_set: TestSet, before: Mapping[str, Scored], now: Mapping[str, Scored]
) -> dict[str, Comparison]:
    unit = significance.unit_for(test_set)
    how = Resampling(unit, config.samples, config.trials, config.seed)
    return {
        name: significance.compare(before[name], now[name], test_set, how)
        for name in config.margins
        if name in before and name in now
    }


def _baseline_check(name: str, compared: Comparison, config: Config, now: Scored) -> Check:
    """Fails only when worse, significantly so, and by the margin or more."""
    title = now.metric.title
    if compared.unchanged:
        return Check("baseline", name, True, f"{title} is unchanged")
    loss = -compared.difference if now.metric.better == "up" else compared.difference
    margin = config.margins[name]
    failed = loss >= margin and compared.is_significant(config.alpha)
    said = (
        f"{title} {compared.difference:+.2f} against the baseline "
        f"(p = {compared.p_bootstrap:.3f} and {compared.p_randomisation:.3f}, margin {margin:g}; "
        f"this set can show {compared.smallest:.1f})"
    )
    return Check("baseline", name, not failed, said)


def _floor(scored: Scored, margin: float) -> float:
    """A score less its margin, rounded to the lenient side."""
    if scored.metric.better == "up":
        return math.floor((scored.value - margin) * 10) / 10
    return math.ceil((scored.value + margin) * 10) / 10


def _write_floors(config: Config, floors: Mapping[str, float]) -> None:
    document = tomlkit.parse(read_text(config.path))
    document.setdefault("floors", tomlkit.table()).update(floors)
    export.write(config.path, tomlkit.dumps(document))
