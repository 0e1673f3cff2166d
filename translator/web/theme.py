"""How the page looks: the colours and type of the HTML export, on Gradio's components."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import gradio as gr

from translator import export

_HERE = Path(__file__).parent
_SANS = ("Segoe UI", "Helvetica Neue", "Roboto", "Liberation Sans", "Arial")
_CHINESE_SANS = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")


def theme() -> gr.themes.Base:
    """Gradio's plainest theme in our colours, with the system's own fonts."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_sm,
        font=[*_SANS, *_CHINESE_SANS],
        font_mono=["ui-monospace", "Consolas", "Liberation Mono", "monospace"],
    ).set(
        body_background_fill="var(--paper)",
        body_background_fill_dark="var(--paper)",
        body_text_color="var(--ink)",
        body_text_color_dark="var(--ink)",
        body_text_color_subdued="var(--soft)",
        body_text_color_subdued_dark="var(--soft)",
        background_fill_primary="var(--sheet)",
        background_fill_primary_dark="var(--sheet)",
        background_fill_secondary="var(--paper)",
        background_fill_secondary_dark="var(--paper)",
        block_background_fill="var(--sheet)",
        block_background_fill_dark="var(--sheet)",
        block_border_color="var(--line)",
        block_border_color_dark="var(--line)",
        block_label_background_fill="var(--sheet)",
        block_label_background_fill_dark="var(--sheet)",
        block_label_text_color="var(--soft)",
        block_label_text_color_dark="var(--soft)",
        block_title_text_color="var(--soft)",
        block_title_text_color_dark="var(--soft)",
        block_title_text_weight="600",
        block_info_text_color="var(--soft)",
        block_info_text_color_dark="var(--soft)",
        border_color_primary="var(--line)",
        border_color_primary_dark="var(--line)",
        border_color_accent="var(--accent)",
        border_color_accent_dark="var(--accent)",
        color_accent="var(--accent)",
        color_accent_soft="var(--accent-bg)",
        color_accent_soft_dark="var(--accent-bg)",
        link_text_color="var(--accent)",
        link_text_color_dark="var(--accent)",
        input_background_fill="var(--field)",
        input_background_fill_dark="var(--field)",
        input_border_color="var(--line-strong)",
        input_border_color_dark="var(--line-strong)",
        input_border_color_focus="var(--accent)",
        input_border_color_focus_dark="var(--accent)",
        input_placeholder_color="var(--soft)",
        input_placeholder_color_dark="var(--soft)",
        input_border_width="1px",
        input_border_width_dark="1px",
        block_border_width="0px",
        block_border_width_dark="0px",
        input_shadow="none",
        input_shadow_focus="0 0 0 1px var(--accent)",
        checkbox_label_background_fill="var(--sheet)",
        checkbox_label_background_fill_dark="var(--sheet)",
        checkbox_label_background_fill_selected="var(--accent-bg)",
        checkbox_label_background_fill_selected_dark="var(--accent-bg)",
        checkbox_label_text_color_selected="var(--accent)",
        checkbox_label_text_color_selected_dark="var(--accent)",
        checkbox_background_color_selected="var(--accent)",
        checkbox_background_color_selected_dark="var(--accent)",
        checkbox_border_color_selected="var(--accent)",
        checkbox_border_color_selected_dark="var(--accent)",
        button_primary_background_fill="var(--accent)",
        button_primary_background_fill_dark="var(--accent)",
        button_primary_background_fill_hover="var(--accent-strong)",
        button_primary_background_fill_hover_dark="var(--accent-strong)",
        button_primary_text_color="var(--sheet)",
        button_primary_text_color_dark="var(--sheet)",
        button_secondary_background_fill="var(--sheet)",
        button_secondary_background_fill_dark="var(--sheet)",
        button_secondary_border_color="var(--line-strong)",
        button_secondary_border_color_dark="var(--line-strong)",
        button_secondary_text_color="var(--ink)",
        button_secondary_text_color_dark="var(--ink)",
        block_shadow="none",
        block_shadow_dark="none",
        shadow_drop="none",
    )


@cache
def style_sheet() -> str:
    """The page's style sheet: the HTML export's within sheets, and what the page adds."""
    exported = (Path(export.__file__).parent / "page.css").read_text("utf-8")
    own = (_HERE / "page.css").read_text("utf-8")
    scoped = re.sub(r"@page \{[^}]*\}", "", exported)  # at the top level only
    return f"@scope (.sheet) {{\n{scoped}\n}}\n{own}"
