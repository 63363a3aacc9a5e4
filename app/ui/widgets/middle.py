"""A column in the middle of a page, as of the pages on which one thing is asked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from app.ui.widgets.section import Page


def in_the_middle(column: QWidget) -> QScrollArea:
    """Return what shows a column of fixed width in the middle, and scrolls where the window is too low for it."""
    page = Page()
    page.setObjectName("page")
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(column)
    view = QScrollArea()
    view.setWidgetResizable(True)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setWidget(page)
    return view
