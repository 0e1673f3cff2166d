"""One evaluation as report.json, report.md and report.html."""

from eval.report.results import Results, collect
from eval.report.writers import as_json, write, write_verdict

__all__ = ["Results", "as_json", "collect", "write", "write_verdict"]
