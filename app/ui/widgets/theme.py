"""Colours, fonts and the style sheet; follows the system's light or dark scheme.

Owns resources/themes. Knows no panel.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app import paths

# Where the desktop names no font of its own, the first of these that is installed.
_FAMILIES = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans", "Liberation Sans", "DejaVu Sans")
_GENERIC = {"", "sans", "sans serif", "sans-serif", "dejavu sans"}


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme, as "#rrggbb"; each is explained in resources/themes/light.toml."""

    window: str
    side: str
    surface: str
    hover: str
    border: str
    border_strong: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    mark: str
    mark_soft: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    paper: str


class Theme(QObject):
    """The look of the program; `changed` tells widgets that paint themselves to do so again."""

    changed = Signal()

    def __init__(self, app: QApplication, *, dark: bool | None = None) -> None:
        """`dark` overrules the system."""
        super().__init__(app)
        self._app = app
        self._forced = dark
        self._folder = paths.resources() / "themes"
        self._loaded: dict[str, Colours] = {}
        self._sheet = Template((self._folder / "carrel.qss").read_text(encoding="utf-8"))
        app.setStyle("Fusion")
        self._family, self._size = _system_font(app.font())
        self._apply()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)

    @property
    def dark(self) -> bool:
        """Whether the window is dark."""
        if self._forced is not None:
            return self._forced
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    @property
    def colours(self) -> Colours:
        """The colours in use."""
        name = "dark" if self.dark else "light"
        if name not in self._loaded:
            values = tomllib.loads((self._folder / f"{name}.toml").read_text(encoding="utf-8"))
            self._loaded[name] = Colours(**values)
        return self._loaded[name]

    def colour(self, name: str) -> QColor:
        """Return the colour called `name`."""
        return QColor(getattr(self.colours, name))

    def font(self, scale: float = 1.0, *, bold: bool = False) -> QFont:
        """Return the program's font at `scale` times its normal size."""
        font = QFont(self._family)
        font.setPointSizeF(self._size * scale)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def _apply(self) -> None:
        colours = asdict(self.colours)
        self._app.setFont(self.font())
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(self._sheet.substitute(
            colours, family=f'"{self._family}"', base=f"{self._size:g}", small=f"{self._size * .88:g}",
            title=f"{self._size * 1.2:g}", display=f"{self._size * 1.9:g}"))
        self.changed.emit()


def _system_font(system: QFont) -> tuple[str, float]:
    """Return the family and the size in points to use: the desktop's own where it names one."""
    size = max(system.pointSizeF(), 10.0)
    if system.family().lower() not in _GENERIC:
        return system.family(), size
    installed = set(QFontDatabase.families())
    return next((name for name in _FAMILIES if name in installed), system.family()), size


def _palette(colours: Colours) -> QPalette:
    """Return the palette for what the style sheet does not reach, such as file dialogs."""
    role = QPalette.ColorRole
    palette = QPalette()
    for where, name in (
        (role.Window, colours.window), (role.WindowText, colours.text), (role.Base, colours.surface),
        (role.AlternateBase, colours.side), (role.Text, colours.text), (role.Button, colours.surface),
        (role.ButtonText, colours.text), (role.Highlight, colours.accent), (role.Link, colours.accent),
        (role.HighlightedText, colours.on_accent), (role.ToolTipBase, colours.text),
        (role.ToolTipText, colours.window), (role.PlaceholderText, colours.muted), (role.Mid, colours.border),
        (role.Light, colours.surface), (role.Dark, colours.border_strong), (role.LinkVisited, colours.accent),
    ):
        palette.setColor(where, QColor(name))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(colours.muted))
    return palette
