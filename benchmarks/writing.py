"""First token and tokens a second of the program's generator beside llama_cpp's own loop on the same prompts."""

from __future__ import annotations

import argparse
import contextlib
import time
from statistics import median

from app import paths, prompts
from app.models.client import GeneratorClient
from app.models.hardware import physical_cores
from app.settings import Settings
from app.types import Evidence, Hit, Passage, Prompt, Searched, StoredPassage
from benchmarks import embedding
from benchmarks.reference import Reference

BATCH = 512  # tokens of a prompt that llama.cpp takes at once, as in app/models/llama.py
ANSWER = 96  # tokens
SHOWN = 6  # passages that are offered to each prompt


def real_prompts(passages: list[Passage], generator: GeneratorClient, settings: Settings) -> list[Prompt]:
    """Return prompts as answering builds them, each on passages of its own."""
    found = []
    for start in range(0, len(passages), SHOWN):
        hits = tuple(
            Hit(rank, 1.0, StoredPassage(str(rank), "1", "file.txt", "", "text", None, passage.start, passage.end,
                                         passage.text, passage.context))
            for rank, passage in enumerate(passages[start : start + SHOWN], start=1)
        )
        evidence = Evidence("What is said here about the causes, and what should be done?", hits, Searched(1, 1, 0))
        found.append(prompts.build(
            evidence, generator.count, context=generator.context, evidence_tokens=settings.evidence_tokens,
            answer_tokens=ANSWER,
        ).prompt)  # fmt: skip
    return found


def one(generator: GeneratorClient, prompt: Prompt) -> dict[str, float]:
    """Write once; seconds as the desk sees them."""
    began, first = time.perf_counter(), 0.0
    writing = generator.generate(prompt)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            seconds = time.perf_counter() - began
            return {"prompt": end.value.prompt_tokens, "first": first, "tokens": end.value.tokens, "seconds": seconds}
        first = first or time.perf_counter() - began


def rate(runs: list[dict[str, float]]) -> float:
    """Tokens a second after the first, over all runs."""
    return sum(run["tokens"] - 1 for run in runs) / sum(run["seconds"] - run["first"] for run in runs)


def run(options: argparse.Namespace) -> None:
    file = next(paths.bundled_models().glob("*.gguf"))
    firsts: list[float] = []
    rates: list[float] = []
    own_all: list[dict[str, float]] = []
    other_all: list[dict[str, float]] = []
    rounds = options.rounds
    with contextlib.closing(GeneratorClient(file)) as generator:
        passages = embedding.some(options.texts, SHOWN * options.prompts * (rounds + 1))
        written = real_prompts(passages, generator, Settings())
        threads = physical_cores()
        with Reference("write", file, context=generator.context, batch=BATCH, threads=threads) as reference:
            for number in range(rounds + 1):  # the first warms both sides
                own: list[dict[str, float]] = []
                other: list[dict[str, float]] = []
                for prompt in written[number * options.prompts : (number + 1) * options.prompts]:
                    turns = [[turn.role, turn.text] for turn in prompt.turns]
                    own.append(one(generator, prompt))
                    other.append(reference.ask({"turns": turns, "max_tokens": ANSWER}))
                if number == 0:
                    continue
                firsts.append(sum(run["first"] for run in other) / sum(run["first"] for run in own))
                rates.append(rate(own) / rate(other))
                own_all += own
                other_all += other
    same = all(a["prompt"] == b["prompt"] for a, b in zip(own_all, other_all, strict=True))
    print(f"  {threads} threads, prompts of {min(r['prompt'] for r in own_all):.0f} to "
          f"{max(r['prompt'] for r in own_all):.0f} tokens, {'the same' if same else 'NOT THE SAME'} on both sides")
    for name, runs in (("Carrel", own_all), ("llama_cpp", other_all)):
        print(f"  {name}: first token after {median(r['first'] for r in runs):.2f} s, then {rate(runs):.1f} tokens/s "
              f"({sum(r['tokens'] for r in runs):.0f} tokens)")
    print(f"  ratio first token {median(firsts):.2f}, tokens/s {median(rates):.2f} (wanted: 0.85 or more)")
