"""Terms with a settled English: load, put into the source, ask for in the target.

files      a file's bytes -> Glossary; what is wrong is said with its line
tables     CSV and TSV -> entries
tbx        TBX, the XML that terminology systems exchange -> entries
entries    what one entry must be
terms      Term and Glossary: find, substitute, what a translation lacks
english    whether a translation has a term's English
"""

from __future__ import annotations

from translator.glossary.files import load, load_over
from translator.glossary.terms import Glossary, Term

__all__ = ["Glossary", "Term", "load", "load_over"]
