"""Work on a job that is there: edit, approve, rename, another brief.

What takes long (translating again, writing a brief) becomes a task for the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from translator import checks, decode, name_list, segmentation
from translator.brief import BriefOptions
from translator.checks import DEGENERATE
from translator.documents import Document
from translator.errors import InputError
from translator.ledger import Status, TranslatedSegment
from translator.meaning import Meaning
from translator.memory import Approved, Memory
from translator.name_list import Proposal
from translator.names import Name
from translator.pipeline import Final, Options, Words
from translator.service.entries import Entry, Task
from translator.service.records import ConflictError
from translator.service.store import Store

_LONGEST_TARGET = 10_000  # characters; a sentence has some hundred
_MOST_CHANGES = 2_000  # of one job, each of which is checked, told to its readers and saved
_MOST_NAMES = 1_000  # of one job; each is looked for in all of its text
_LONGEST_NAME, _LONGEST_ENGLISH = 100, 200  # characters


class Desk:
    """The rules of the desk. Whoever passes an entry holds the service's lock."""

    def __init__(self, memory: Memory | None, store: Store) -> None:
        self._memory, self._store = memory, store

    def editable(self, entry: Entry, segment_id: str) -> TranslatedSegment:
        """A segment that may be edited now.

        Raises:
            ConflictError: there is none of that id, or not yet, or it may be translated anew.
        """
        if segment_id not in entry.ids:
            raise ConflictError(f"there is no sentence {segment_id!r} in this text")
        if not entry.is_over and entry.task.segments is not None:
            raise ConflictError("this text is being worked on: wait until that is done")
        final = entry.finals.get(segment_id)
        if final is None:
            raise ConflictError(f"sentence {segment_id} has no translation yet: wait for it")
        return final.segment

    def count_change(self, entry: Entry) -> None:
        """Count what somebody changes in a job.

        Raises:
            ConflictError: that is no work on a text any more.
        """
        if entry.changes >= _MOST_CHANGES:
            raise ConflictError(f"this text was changed {_MOST_CHANGES:,} times: send it again")
        entry.changes += 1

    def checked(
        self,
        segment: TranslatedSegment,
        target: str,
        options: Options,
        document: Document,
        known: Sequence[Name] | None,
    ) -> Final:
        """An edited segment with what the checks say of it. Takes no entry, and needs no lock.

        `known` are the document's names, None where they have to be found first.

        Raises:
            InputError: the text is too long for a sentence.
        """
        if len(target) > _LONGEST_TARGET:
            raise InputError(f"a sentence may have {_LONGEST_TARGET:,} characters: shorten it")
        text = " ".join(decode.normalise(target).split())
        words = _words(replace(options, engine="", model=""))
        names = words.names_of(document) if known is None else known
        found = checks.check(
            segment.id, segment.source, text, known_names=names, glossary=words.terms_over
        )
        unusable = any(one.kind in DEGENERATE for one in found)
        if options.meaning and options.engine != "echo" and not unusable:
            found += Meaning(self._memory).compare(segment.id, segment.source, text)
        status: Status = "flagged" if any(one.severity == "error" for one in found) else "ok"
        edited = replace(
            segment,
            target=text,
            status=status if text else "failed",
            origin="edited",
            score=None,
        )
        return Final(edited, tuple(found))

    def approve(self, segment: TranslatedSegment, document: Document) -> TranslatedSegment:
        """Put a segment into the memory. Takes no entry, and needs no lock.

        Raises:
            ConflictError: there is no memory, or no translation to put there.
            InputError: the memory cannot be written.
        """
        if self._memory is None:
            raise ConflictError("this server keeps no memory: start it without --no-memory")
        if not segment.target:
            raise ConflictError(
                f"sentence {segment.id} has no translation: write one, then approve it"
            )
        file = document.title or document.source
        self._memory.add([Approved(segment.source, segment.target, file=file)])
        return replace(segment, origin="approved")

    def require_over(self, entry: Entry) -> None:
        """Refuse what needs a whole translation.

        Raises:
            ConflictError: the job is under way, or ended without a translation.
        """
        if not entry.is_over:
            raise ConflictError("this text is being worked on: wait for it, or cancel it")
        if entry.translation is None:
            raise ConflictError("this text has no whole translation: send it again")

    def renaming(
        self, options: Options, document: Document, known: Sequence[Name], names: Sequence[Name]
    ) -> Task:
        """What has to be done to call names something else. Takes no entry, and needs no lock.

        Raises:
            InputError: there would be too many names, or their copy cannot be written.
        """
        kinds = {name.source: name.kind for name in known}
        own = name_list.load(options.names).names if options.names else ()
        merged = {name.source: name for name in own}
        merged |= {
            name.source: replace(name, kind=kinds.get(name.source, name.kind)) for name in names
        }
        if len(merged) > _MOST_NAMES:
            raise InputError(f"a text may have {_MOST_NAMES:,} names of your own: give fewer")
        lines = [Proposal(one.source, one.target, one.kind, "") for one in merged.values()]
        file = self._store.keep_file(name_list.render(lines).encode())
        new = replace(options, names=file)
        before, after = _words(options).given(document), _words(new).given(document)
        # What is no name any more may have been a place that only the checks ask for.
        none = [name.source for name in names if not name.target]
        changed = tuple(
            segment.id
            for segment in segmentation.split(document)
            if after[segment.id] != before[segment.id] or any(one in segment.text for one in none)
        )
        return Task(new, changed, None)

    def briefing(self, entry: Entry, options: BriefOptions) -> Task | None:
        """What has to be done to show a brief; None where it is there and shown from now on.

        Raises:
            ConflictError: the job is under way, or has no translation.
        """
        self.require_over(entry)
        if options in entry.briefs and not entry.brief_is_stale:
            entry.shown = options
            return None
        return Task(entry.options, (), options)


def wanted(names: Sequence[tuple[str, str]]) -> tuple[Name, ...]:
    """Names as a user gave them; an empty English, or `-`, says that it is none.

    Raises:
        InputError: there is none, there are too many or too long ones, one has no Chinese or
            Chinese in its English, or two differ.
    """
    if not names:
        raise InputError("give at least one name with its English")
    if len(names) > _MOST_NAMES:
        raise InputError(f"a text may have {_MOST_NAMES:,} names of your own: give fewer")
    if any(len(one) > _LONGEST_NAME or len(other) > _LONGEST_ENGLISH for one, other in names):
        raise InputError(
            f"a name may have {_LONGEST_NAME} characters and {_LONGEST_ENGLISH} in English: "
            "shorten it"
        )
    lines = [Proposal(source, target, "", "") for source, target in names]  # type: ignore[arg-type]
    return name_list.parse(name_list.render(lines), "the names").names


@lru_cache(maxsize=16)
def _words(options: Options) -> Words:
    """What terms and names are called; files are copies under the hash of their content."""
    return Words.load(options)
