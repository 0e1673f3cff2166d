"""Imports go one way; the layers are those of the design."""

from __future__ import annotations

import ast
from pathlib import Path

import translator

ROOT = Path(translator.__file__).parent

# A module may import what stands before it, or beside it in the same layer.
LAYERS = (
    {
        "errors",
        "files",
        "home",
        "isolated",
        "markup",
        "model_name",
        "processors",
        "signals",
        "text",
        "__init__",
    },
    {"house_style", "prompts", "quantities", "similarity"}
    | {"documents", "decode", "fetch", "readers", "extract", "reflow", "wrap", "cues", "labels"},
    {"english", "alignment"}
    | {"segmentation", "names", "people", "places", "lexicon", "glossary", "models"}
    | {"bitext", "companies", "foreign", "minority", "name_list", "romanise", "titles", "villages"}
    | {"well_known"},
    {"engines"},
    {"checks", "datelines", "mending", "memory"},
    {"ledger", "meaning", "topics"},
    {"ladder"},
    {"adapt", "pipeline", "review"},
    {"grounding"},
    {"brief"},
    {"export"},
    {"batch", "service"},
    {"library"},
    {"console", "batch_console", "adapt_console"},
    {"web"},
    {"api"},
    {"cli_stores", "cli_adapt"},
    {"cli_serve"},
    {"cli"},
    {"__main__"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def module_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("translator"):
            parts = (node.module or "").split(".")
            names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
            found |= {name if name in LEVEL else "__init__" for name in names}
        elif isinstance(node, ast.Import):
            found |= {
                [*alias.name.split("."), "__init__"][1]
                for alias in node.names
                if alias.name.startswith("translator")
            }
    return found


def test_every_module_has_a_layer() -> None:
    there = {module_of(path) for path in ROOT.rglob("*.py")}
    assert there <= set(LEVEL)


def test_imports_go_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in ROOT.rglob("*.py")
        if path != ROOT / "__init__.py"  # which imports Translator when it is asked for
        for name in imported(path)
        if LEVEL[name] > LEVEL[module_of(path)]
    ]
    assert wrong == []
