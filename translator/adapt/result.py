"""The adapter's folder: weights, PEFT's settings, our record of it, model card, curve."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from translator import __version__, models, prompts
from translator.adapt.cleaning import REASONS
from translator.adapt.curve import svg
from translator.adapt.learner import Learner
from translator.adapt.options import Options
from translator.adapt.scores import signatures
from translator.adapt.state import Course, Evaluation, Job, Workplace
from translator.ladder import HINTED
from translator.models.adapters import CONFIG, RECORD, WEIGHTS
from translator.models.storage import flush, on_disk, sha256


def keep_best(
    place: Workplace, learner: Learner, options: Options, job: Job, course: Course
) -> None:
    """Write the adapter as it is now and put it in its place; the run may still go on.

    It is whole in training/ first. The record goes into the place last: what a kill leaves half
    moved is told by it, and `--resume` moves it again.
    """
    with on_disk(place.folder):
        new, best = place.folder / "best.new", place.folder / f"best-{course.best}"
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(best, ignore_errors=True)
        new.mkdir()
        learner.save(new, options.model)
        record = _record(new, learner, options, job, course)
        _write(new, record, course)
        flush(path for path in new.iterdir())
        new.replace(best)
        publish(place, course)


def finish(place: Workplace, learner: Learner, options: Options, job: Job, course: Course) -> None:
    """Write the whole run into the record, card and curve of the best adapter; then clear up."""
    best = place.folder / f"best-{course.best}"
    _write(best, _record(best, learner, options, job, course), course)
    publish(place, course)
    place.drop()


def publish(place: Workplace, course: Course) -> None:
    """Move copies of the best adapter's files to where the user wants them."""
    best = place.folder / f"best-{course.best}"
    for name in (WEIGHTS, CONFIG, "README.md", "loss.svg", RECORD):
        temporary = place.output / f"{name}.tmp"
        shutil.copyfile(best / name, temporary)
        flush([temporary])
        temporary.replace(place.output / name)


def _write(folder: Path, record: dict[str, Any], course: Course) -> None:
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
    (folder / "README.md").write_text(card(record), "utf-8")
    (folder / "loss.svg").write_text(svg(course), "utf-8")


def _record(
    folder: Path, learner: Learner, options: Options, job: Job, course: Course
) -> dict[str, Any]:
    entry = models.resolve(options.model).entry
    used = [prompts.for_model("translate", options.model)]
    if used[0].is_plain:
        used.append(prompts.load(HINTED))
    before, after = course.evaluations[0], _at(course, course.best)
    return {
        "schema": 1,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "version": __version__,
        "base": {
            "name": options.model,
            "sha256": job.settings["base_sha256"],
            "title": entry.title if entry else options.model,
            "licence": entry.licence if entry else "",
        },
        "weights_sha256": sha256(folder / WEIGHTS),
        "weights": learner.size,
        "prompts": [prompt.record() for prompt in used],
        "settings": job.settings,
        **job.data,
        "training": {
            "steps": course.step,
            "steps_of_these_weights": course.best,
            "steps_left_out": course.left_out,
            "target_tokens": course.tokens,
            "minutes": round(course.seconds / 60, 1),
            "device": learner.device,
            "base_type": learner.compute_type,
        },
        "scores": {
            "held_out": job.held_out,
            "translated": min(options.scored, job.held_out),
            "decoding": "greedy",
            "before": _scores(before),
            "after": _scores(after),
            "signatures": signatures(),
        },
    }


def _at(course: Course, step: int) -> Evaluation:
    return next(one for one in course.evaluations if one.step == step)


def _scores(found: Evaluation) -> dict[str, float]:
    return {
        "loss": round(found.loss, 4), "bleu": round(found.bleu, 2), "chrf": round(found.chrf, 2)
    }  # fmt: skip


def card(record: dict[str, Any]) -> str:
    """The model card: what the adapter is of, from which data, and what it changed."""
    base, scores, training = record["base"], record["scores"], record["training"]
    settings, cleaning = record["settings"], record["cleaning"]
    before, after = scores["before"], scores["after"]
    earlier = record.get("begun_from")  # a run that an earlier version began has none
    left_out = training.get("steps_left_out", 0)
    dropped = [f"- {count:,} {REASONS[name]}" for name, count in cleaning["dropped"].items()]
    forms = ", ".join(f"{count:,} {name}" for name, count in cleaning["forms"].items())
    lines = [
        "---",
        "library_name: peft",
        f"base_model: {base['name']}",
        "language: [zh, en]",
        "tags: [translation, lora]",
        "---",
        "",
        f"# Chinese-English adapter for {base['title']}",
        "",
        f"LoRA weights made by `translator adapt` {record['version']} on {record['created'][:10]}. "
        f"Use: `translator brief ARTICLE --model {base['name']}+THIS_FOLDER`.",
        "",
        "| base | |",
        "|---|---|",
        f"| name | {base['name']} |",
        f"| SHA-256 | `{base['sha256']}` |",
        f"| licence | {base['licence'] or 'see the base'} |",
        "",
        "## Data",
        "",
        "The terms of the data hold for these weights as far as they say so.",
        "",
        *_table(record["data"]),
        f"{cleaning['read']:,} pairs were read and {cleaning['kept']:,} kept. Left out:",
        "",
        *(dropped or ["- none"]),
        "",
        f"Forms of the prompts: {forms}. {scores['held_out']} pairs were held out.",
        "",
        *(_before(earlier) if earlier else []),
        "## Training",
        "",
        f"Rank {settings['rank']}, alpha {2 * settings['rank']}, all linear layers "
        f"({record['weights']:,} weights); AdamW, highest learning rate "
        f"{settings['learning_rate']:g}, warm-up and cosine; batches of "
        f"{settings['batch_tokens']:,} tokens; loss on target tokens only; seed "
        f"{settings['seed']}. {training['steps']} steps, {training['target_tokens']:,} target "
        f"tokens, {training['minutes']} minutes on {training['device']}, base in "
        f"{training['base_type']}; these weights are those after step "
        f"{training['steps_of_these_weights']}."
        + (f" {left_out} batches gave no number and were left out." if left_out else ""),
        "",
        "![Loss over steps](loss.svg)",
        "",
        "## Scores",
        "",
        f"On held-out pairs of the same data: loss on {scores['held_out']}, BLEU and chrF++ on "
        f"{scores['translated']} of them, {scores['decoding']} decoding. So few pairs show a "
        "direction, not a rank: score a test set before use.",
        "",
        f"| | {'with ' + _cell(earlier['name']) if earlier else 'base'} | with this adapter |",
        "|---|---|---|",
        f"| loss a token | {before['loss']:.3f} | {after['loss']:.3f} |",
        f"| BLEU | {before['bleu']:.1f} | {after['bleu']:.1f} |",
        f"| chrF++ | {before['chrf']:.1f} | {after['chrf']:.1f} |",
        "",
        *(f"- {name}: `{text}`" for name, text in scores["signatures"].items()),
        "",
    ]
    return "\n".join(lines)


def _table(data: Sequence[dict[str, Any]]) -> list[str]:
    """Corpora as a table, and an empty line."""
    rows = [
        f"| {_cell(one['name'])} | {one['pairs']:,} | {_cell(one['terms']) or 'not stated'} "
        f"| `{one['sha256'][:16]}` |"
        for one in data
    ]
    return ["| set | pairs | terms | SHA-256 of the pairs |", "|---|---|---|---|", *rows, ""]


def _before(earlier: dict[str, Any]) -> list[str]:
    """What the adapter that learning began with had learnt from: its terms hold too."""
    return [
        f"Learning went on from the adapter {_cell(earlier['name'])} "
        f"(`{earlier['sha256'][:16]}`, {earlier['steps']} steps), which had learnt from:",
        "",
        *_table(earlier["data"]),
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
