"""The web page: translate, compare, evaluate, keep. Presentation only; the work is elsewhere.

page         the page's tabs and how it is mounted
translating  the first tab: what goes in, and the sheet that comes out
sheet        a job as fragments of HTML; sheet.js and sheet.css lay them out
desk         what readers do on the sheet: edit, approve, rename, another brief, download
comparing    two settings side by side
evaluating   systems against references
uploads      the folder of uploaded files, and its bounds
stores       the translation memory and the house glossary
strings      all that the page says, in English and Chinese
theme        colours and type
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from translator.service import Service

# Read when gradio is imported: it must ask nobody outside for anything.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

__all__ = ["mount"]


def mount(app: FastAPI, service: Service) -> FastAPI:
    """The app with the page at `/`."""
    from translator.web import page

    return page.mount(app, service)
