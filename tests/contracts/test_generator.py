"""What every Generator keeps; an implementation inherits GeneratorContract and gives the fixture."""

from __future__ import annotations

from collections.abc import Generator as Writing
from dataclasses import replace
from typing import cast

import pytest

from app.models.roles import Generator
from app.types import Prompt, Turn
from tests.fakes import FakeGenerator

PROMPT = Prompt(
    (
        Turn("system", "Answer from the passages."),
        Turn("user", "[1] The rent is 2,450 a month, payable on the first.\n\nWhat is the rent a month?"),
    ),
    max_tokens=48,
)


class GeneratorContract:
    @pytest.fixture
    def generator(self) -> Generator:
        raise NotImplementedError

    def test_writes_in_pieces(self, generator: Generator) -> None:
        pieces = list(generator.generate(PROMPT))
        assert len(pieces) > 1
        assert "".join(pieces).strip()

    def test_writes_the_same_again(self, generator: Generator) -> None:
        assert "".join(generator.generate(PROMPT)) == "".join(generator.generate(PROMPT))

    def test_longer_prompts_count_more(self, generator: Generator) -> None:
        longer = replace(PROMPT, turns=(*PROMPT.turns, Turn("user", "And what is the deposit, and when is it paid?")))
        assert 0 < generator.count(PROMPT) < generator.count(longer) < generator.context

    def test_can_be_closed_early_and_used_again(self, generator: Generator) -> None:
        whole = "".join(generator.generate(PROMPT))
        writing = cast("Writing[str, None, None]", generator.generate(PROMPT))
        begun = next(writing)
        writing.close()
        assert whole.startswith(begun)
        assert "".join(generator.generate(PROMPT)) == whole

    def test_starts_nothing_before_it_is_asked(self, generator: Generator) -> None:
        writing = cast("Writing[str, None, None]", generator.generate(PROMPT))
        writing.close()
        assert generator.count(PROMPT) > 0


class TestFakeGenerator(GeneratorContract):
    @pytest.fixture
    def generator(self) -> Generator:
        return FakeGenerator()
