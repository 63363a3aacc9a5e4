"""Labels, small buttons and notices whose text is always plain text, never markup.

Text of documents, files and models passes through here; Qt would otherwise guess that some of it
is HTML and open the pictures that it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import ClassVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton

from app.ui.widgets import icons
from app.ui.widgets.theme import Theme


def tip(text: str) -> str:
    """Return `text` for a tooltip, in which Qt would take "<…>" for markup."""
    return f"<qt>{escape(text)}</qt>".replace("\n", "<br>") if text else ""


def listed(names: Sequence[str]) -> str:
    """Return "A", "A and B" or "A, B and C", each name in one line."""
    flat = [" ".join(name.split()) for name in names]
    return " and ".join([*([", ".join(flat[:-1])] if flat[:-1] else []), *flat[-1:]])


def paged(kind: str) -> bool:
    """Return whether documents of `kind` are shown page by page."""
    return kind in ("pdf", "sheet", "slides", "image")


def pictured(kind: str) -> bool:
    """Return whether pages of documents of `kind` are shown as pictures."""
    return kind in ("pdf", "image")


class Label(QLabel):
    """Plain text; `role` chooses the look in the style sheet."""

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setOpenExternalLinks(False)
        self.setText(text)
        self.set_role(role)
        if wrap:
            self.setWordWrap(True)
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Qt would ask for the height that a wrapped text has at its narrowest; layouts know its real one."""
        if self.wordWrap():
            return QSize(60, self.fontMetrics().height())
        return super().minimumSizeHint()

    def set_role(self, role: str) -> None:
        """Change the look."""
        self.setProperty("role", role)
        self.style().unpolish(self)
        self.style().polish(self)


class ShortLabel(Label):
    """One line that is cut in its middle where the place is too narrow; the whole is its tooltip."""

    cut = Qt.TextElideMode.ElideMiddle

    def __init__(self, text: str = "", role: str = "") -> None:
        self._whole = text
        super().__init__(text, role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)

    def set_whole(self, text: str, tooltip: str = "") -> None:
        """Show `text`, cut to fit."""
        self._whole = text
        self.setToolTip(tip(tooltip or text))
        self.setAccessibleName(text)
        self._cut()

    @property
    def whole(self) -> str:
        """The text before it was cut."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.ensurePolished()
        self.setText(self.fontMetrics().elidedText(self._whole, self.cut, self.contentsRect().width()))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())


class Icon(QLabel):
    """A picture of the icon set."""

    def __init__(self, theme: Theme, name: str, colour: str = "muted", size: int = 18) -> None:
        super().__init__()
        self._theme, self._name, self._colour, self._size = theme, name, colour, size
        self.setFixedSize(size, size)
        theme.changed.connect(self._draw)
        self._draw()

    def set(self, name: str, colour: str) -> None:
        """Show another one."""
        self._name, self._colour = name, colour
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(icons.pixmap(self._name, getattr(self._theme.colours, self._colour), self._size,
                                    max(icons.density(self), 1.0)))


class PushButton(QPushButton):
    """A button with words; an ampersand in them is shown, not taken for a shortcut."""

    def __init__(self, theme: Theme, text: str, role: str = "", icon: str = "", colour: str = "text") -> None:
        super().__init__(("\u2009 " if icon else "") + text.replace("&", "&&"))
        self.setAccessibleName(text)
        self._theme, self._icon, self._colour = theme, icon, colour
        self.setProperty("role", role)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(True)
        if icon:
            theme.changed.connect(self._draw)
            self._draw()

    def set_icon(self, icon: str) -> None:
        """Show another drawing in the place of the one it has."""
        self._icon = icon
        self._draw()

    def _draw(self) -> None:
        self.setIcon(icons.icon(self._icon, getattr(self._theme.colours, self._colour), 16))
        self.setIconSize(QSize(16, 16))


class ShortButton(PushButton):
    """A button whose words are cut in their middle where the place is too narrow for them."""

    def __init__(self, theme: Theme, text: str, role: str = "", icon: str = "", colour: str = "text", *,
                 widest: int = 320, sign: str = "") -> None:
        """`widest` is how many pixels it wants at most; `sign` stands after the words and is never cut."""
        self._whole, self._widest, self._wanted = " ".join(text.split()), widest, QSize()
        self._sign = f"\u2002{sign}" if sign else ""
        super().__init__(theme, self._whole, role, icon, colour)
        self._show_words(self._whole)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return self._whole_size().boundedTo(QSize(self._widest, 1000))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(60, self.sizeHint().height())

    def _whole_size(self) -> QSize:
        """How large it would be with all its words, whatever is shown now."""
        if not self._wanted.isValid():
            self.ensurePolished()
            self._show_words(self._whole)
            self._wanted = super().sizeHint()
        return self._wanted

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._wanted = QSize()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        missing = self._whole_size().width() - self.width()
        room = self.fontMetrics().horizontalAdvance(self._whole) - missing
        self._show_words(self._whole if missing <= 0 else self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideMiddle, room))

    def _show_words(self, words: str) -> None:
        self.setText(("\u2009 " if self._icon else "") + words.replace("&", "&&") + self._sign)


class ToolButton(QToolButton):
    """A button that is only an icon; `name` is its tooltip and what a screen reader says."""

    def __init__(self, theme: Theme, icon: str, name: str, colour: str = "muted", size: int = 18) -> None:
        super().__init__()
        self._theme, self._icon, self._colour, self._size = theme, icon, colour, size
        self.set_name(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._draw)
        self._draw()

    def set_name(self, name: str) -> None:
        """Change what the button says of itself."""
        self.setToolTip(tip(name))
        self.setAccessibleName(name)

    def set_icon(self, icon: str, colour: str) -> None:
        """Show another drawing."""
        self._icon, self._colour = icon, colour
        self._draw()

    def _draw(self) -> None:
        self.setIcon(icons.icon(self._icon, getattr(self._theme.colours, self._colour), self._size))
        self.setIconSize(QSize(self._size, self._size))


class Notice(QFrame):
    """A sentence in a tinted box, with an icon and, where it may be, a cross to dismiss it."""

    dismissed = Signal()
    _TONES: ClassVar = {"": ("quote", "accent"), "warn": ("warning", "warn"), "bad": ("warning", "bad"),
              "plain": ("search", "muted"), "lock": ("lock", "accent"),
              "good": ("check", "good")}

    def __init__(self, theme: Theme, text: str = "", tone: str = "", *, dismissable: bool = False) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._icon = Icon(theme, "quote", "accent", 18)
        self.label = Label(text, wrap=True, selectable=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 9, 8, 9)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.label, 1)
        if dismissable:
            cross = ToolButton(theme, "close", "Dismiss", size=14)
            cross.clicked.connect(self._dismiss)
            layout.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)
        self.say(text, tone)

    def say(self, text: str, tone: str = "") -> None:
        """Show `text`; `tone` is "", "plain", "lock", "warn" or "bad"."""
        self.label.setText(text)
        self._icon.set(*self._TONES[tone])
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)

    def tell(self, text: str, tone: str = "") -> None:
        """Show `text`, or nothing where it is empty."""
        self.say(text, tone)
        self.setVisible(bool(text))

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()


def line() -> QFrame:
    """Return a hairline."""
    frame = QFrame()
    frame.setObjectName("line")
    return frame
