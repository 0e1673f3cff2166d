"""The errors that reach a user.

    TranslatorError          exit 4 unless a leaf says otherwise
    |-- UsageError           exit 2: the call itself is wrong
    |-- InputError           exit 3: a document, URL or prompt file cannot be used
    `-- ModelError           exit 4: a model or engine is missing, broken or failed

Every message is one line that says what happened, where, and what to do.
"""

from __future__ import annotations


class TranslatorError(Exception):
    """Base of every error this package raises on purpose; its text is shown to the user."""

    exit_status = 4


class UsageError(TranslatorError):
    """The command or call is wrong: an unknown engine, an option out of range."""

    exit_status = 2


class InputError(TranslatorError):
    """What was given to read cannot be used: not Chinese, empty, encrypted, too large."""

    exit_status = 3


class ModelError(TranslatorError):
    """A model or an engine is missing, damaged, or failed while it ran."""

    exit_status = 4
