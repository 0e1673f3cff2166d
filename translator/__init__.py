"""Chinese press articles into English translations and briefs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from translator.library import Translator

__all__ = ["Translator", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Translator, imported when it is asked for: `import translator` stays quick."""
    if name == "Translator":
        from translator.library import Translator

        return Translator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
