"""Chinese press articles into English translations and briefs."""

__version__ = "0.1.0"
