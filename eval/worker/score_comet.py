"""Scores segments with COMET: JSON in on standard input, JSON out on standard output.

Run by neural.py with the interpreter of another environment, so it imports nothing of this project.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    """Read the data, load the model that the first argument names, print scores and version."""
    data = json.load(sys.stdin)
    try:
        import comet
    except ImportError:
        sys.exit("unbabel-comet is not installed there: pip install 'translator[comet]'")
    name = sys.argv[1]
    path = name if Path(name).is_file() else comet.download_model(name)
    model = comet.load_from_checkpoint(path)
    scores = model.predict(data, batch_size=16, gpus=0, progress_bar=False)["scores"]
    print(json.dumps({"scores": list(map(float, scores)), "version": version("unbabel-comet")}))


if __name__ == "__main__":
    main()
