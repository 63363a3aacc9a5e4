"""Icons: the SVG drawings of resources/icons, tinted to the theme.

Owns where icons come from. Knows no panel.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from app import paths

_KINDS = {"pdf": "file-pdf", "docx": "file-docx", "odt": "file-docx", "rtf": "file-docx", "text": "file-text",
          "epub": "file-text", "markdown": "file-markdown", "html": "file-html", "mhtml": "file-html",
          "xml": "file-html", "mail": "file-mail", "msg": "file-mail", "mbox": "file-mail",
          "tnef": "file-mail", "signed": "file-mail", "sheet": "file-sheet",
          "csv": "file-sheet", "slides": "file-slides", "image": "file-image", "archive": "archive",
          "cda": "file-clinic", "fhir": "file-clinic", "hl7": "file-clinic"}
_SCALES = (1.0, 2.0, 3.0)


def kind_icon(kind: str) -> str:
    """Return the name of the icon for a document of `kind`."""
    return _KINDS.get(kind, "file")


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, scale: float = 1.0) -> QPixmap:
    """Return the icon drawn in `colour` ("#rrggbb"), `size` by `size` logical pixels."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    picture = QPixmap(QSize(round(size * scale), round(size * scale)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Return the icon sharp on plain and on dense screens."""
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(pixmap(name, colour, size, scale))
    return result


def density(widget: QWidget) -> float:
    """Return the device pixels of one logical pixel where `widget` is shown."""
    return widget.devicePixelRatioF()
