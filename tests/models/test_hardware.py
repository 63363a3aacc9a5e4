"""Cores and memory."""

from __future__ import annotations

import os

from app.models import hardware


def test_cores_are_some_of_those_there_are() -> None:
    assert 1 <= hardware.physical_cores() <= (os.cpu_count() or 1)


def test_memory_is_a_number_that_can_be() -> None:
    assert 50e6 < hardware.free_memory() < 1e14
