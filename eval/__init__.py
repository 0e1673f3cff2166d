"""Measuring: `python -m eval`. Works on the same pipeline as the product."""
