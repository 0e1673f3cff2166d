"""The styles of the Word file: Word's own and a few of ours, fonts for both scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import CharacterStyle, ParagraphStyle

# Fonts that every office has, or has one of the same widths for.
SERIF, SANS = "Times New Roman", "Arial"
CHINESE_SERIF, CHINESE_SANS = "SimSun", "Microsoft YaHei"
_ACCENT, _SOFT, _BLACK = RGBColor(0x0F, 0x4C, 0x5C), RGBColor(0x5B, 0x61, 0x69), RGBColor(0, 0, 0)
ERROR, WARNING = "FBE3E0", "FDEFCC"


@dataclass(frozen=True, slots=True)
class _Look:
    """What a paragraph style looks like; sizes and spaces in points."""

    size: float
    bold: bool = False
    italic: bool = False
    color: RGBColor = _BLACK
    sans: bool = False
    before: float = 0
    after: float = 6
    line: float = 1.15
    keep_with_next: bool = False


_LOOKS = {
    "Normal": _Look(11.5),
    "Body Text": _Look(11.5, after=8, line=1.25),
    "Title": _Look(24, bold=True, color=_ACCENT, after=4, line=1.05, keep_with_next=True),
    "Subtitle": _Look(11.5, color=_SOFT, after=14),
    "Heading 1": _Look(20, bold=True, after=8, line=1.08, keep_with_next=True),
    "Heading 2": _Look(14, bold=True, color=_ACCENT, before=14, after=4, keep_with_next=True),
    "List Bullet": _Look(11.5, after=5, line=1.2),
    "Caption": _Look(10.5, italic=True, color=_SOFT, after=8),
    "Footer": _Look(8.5, color=_SOFT, sans=True, after=0),
    "Kicker": _Look(9, bold=True, color=_ACCENT, sans=True, after=4, keep_with_next=True),
    "Lead": _Look(12.5, after=10, line=1.3),
    "Byline": _Look(9.5, color=_SOFT, sans=True, after=10),
    "Check": _Look(9.5, color=_SOFT, sans=True, before=16),
    "Cell": _Look(10.5, after=0, line=1.15),
}


def define(document: Document) -> None:
    """Give a new document the styles, A4 pages and the languages of its text."""
    for name, look in _LOOKS.items():
        _paragraph_style(document, name, look)
    reference = _character_style(document, "Reference")
    reference.font.size, reference.font.color.rgb = Pt(8), _ACCENT
    _fonts(reference, SANS, CHINESE_SANS)
    for name, fill in (("Error", ERROR), ("Warning", WARNING)):
        _shade(_character_style(document, name), fill)
    _plain_bullets(document)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    # The template's own says en-US for both scripts: spelling is checked by this.
    for languages in document.styles.element.iter(qn("w:lang")):
        languages.set(qn("w:val"), "en-US")
        languages.set(qn("w:eastAsia"), "zh-CN")


def _paragraph_style(document: Document, name: str, look: _Look) -> None:
    known = name in {style.name for style in document.styles}
    style: ParagraphStyle = (
        document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    )
    if not known:
        style.base_style = document.styles["Normal"]
        style.quick_style = True
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold, look.italic
    style.font.color.rgb = look.color
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.line_spacing, layout.keep_with_next = look.line, look.keep_with_next
    layout.widow_control = True
    # The template underlines its title, and drops the space between points.
    for part in list(style.element.iter(qn("w:pBdr"), qn("w:contextualSpacing"))):
        part.getparent().remove(part)
    if look.sans:
        _fonts(style, SANS, CHINESE_SANS)
    else:
        _fonts(style, SERIF, CHINESE_SERIF)


def _plain_bullets(document: Document) -> None:
    """Bullets as a character that every font has, not one of the font Symbol alone."""
    for level in document.part.numbering_part.element.iter(qn("w:lvl")):
        text = level.find(qn("w:lvlText"))
        if text is not None and text.get(qn("w:val")) == "\uf0b7":
            text.set(qn("w:val"), "•")
            for fonts in list(level.iter(qn("w:rFonts"))):
                fonts.getparent().remove(fonts)


def _character_style(document: Document, name: str) -> CharacterStyle:
    style: CharacterStyle = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
    return style


def _fonts(style: CharacterStyle, latin: str, chinese: str) -> None:
    """Name a style's fonts; the theme's, which would win, are taken off."""
    style.font.name = latin
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:cs"), latin)


def _shade(style: CharacterStyle, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    style.element.get_or_add_rPr().append(shade)
