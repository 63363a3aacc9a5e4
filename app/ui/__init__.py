"""The window. The only package that knows Qt; it drives a session and owns no logic of the trade."""

import ctypes
import sys

if sys.version_info < (3, 12):
    # PySide6 6.12 takes None and True for immortal, as they are from Python 3.12 on: each call that returns one
    # of them loses a reference to it, and Python 3.11 ends with "deallocating None" within minutes. So they are
    # given more references than can be lost. PySide6 6.11 counts right.
    for _value in (None, True, False):
        ctypes.c_ssize_t.from_address(id(_value)).value += sys.maxsize // 4
