"""What the pages have in common that stand in the place of the panes or of all: a head, and a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from app.ui.widgets.labels import Label, ToolButton
from app.ui.widgets.section import Page
from app.ui.widgets.theme import Theme


def head(theme: Theme, title: Label, *actions: QWidget) -> tuple[QWidget, ToolButton]:
    """Return the head of a page in the place of the panes, and in it the button that leads back to these."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(14, 10, 14, 10)
    row.setSpacing(12)
    back = ToolButton(theme, "left", "Back to the library (Esc)")
    back.setShortcut("Escape")
    row.addWidget(back)
    row.addWidget(title, 1)
    for action in actions:
        row.addWidget(action)
    return made, back


def scrolled(page: Page, widest: int) -> QScrollArea:
    """Return what shows a page in the middle, at most `widest` logical pixels wide, and scrolls."""
    page.setMaximumWidth(widest)
    view = _view(page)
    view.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return view


def in_the_middle(column: QWidget) -> QScrollArea:
    """Return what shows a column of fixed width in the middle, and scrolls where the window is too low for it."""
    page = Page()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(column)
    view = _view(page)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return view


def _view(page: Page) -> QScrollArea:
    page.setObjectName("page")
    view = QScrollArea()
    view.setWidgetResizable(True)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setWidget(page)
    return view
