"""Follow-up questions: whether the right passage is found for them, and how soon a model begins to answer them.

    python benchmarks/followups.py ../shared/data/squad_v2_dev --library ../shared/libraries [--conversations 200]
    python benchmarks/followups.py ../shared/data/squad_v2_dev --first 8

The conversations are made by rule: two questions on one paragraph that name the same thing, in the second a pronoun in
its place. The first is asked as it is. The second is looked for as it is typed, as it is understood after the first,
and as it was before the pronoun. `--first` asks the starter model about passages and then once more about the same,
and prints the ratio of the times to the first token. Prints, asserts nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import followups, paths, prompts, seal  # noqa: E402
from app.__main__ import OFFLINE  # noqa: E402
from app.models.client import GeneratorClient  # noqa: E402
from app.session import Session  # noqa: E402
from app.settings import Settings  # noqa: E402
from app.types import (  # noqa: E402
    Answer,
    AnswerStatus,
    Evidence,
    Exchange,
    Hit,
    Prompt,
    Searched,
    Sentence,
    StoredPassage,
    Verdict,
    Written,
)
from benchmarks.measures import Gold, merge  # noqa: E402
from benchmarks.retrieval import Places, Set, opened  # noqa: E402

K = 5
SHOWN = 8  # passages that are offered to a prompt
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SMALL = frozenset("the a an of in on at to for and or did do does was is were are what who when where which how why "
                   "many much with by from as that".split())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions on one paragraph; `typed` is the second with a pronoun in it."""

    first: str
    answer: str
    whole: str
    typed: str
    gold: Gold


def pairs(folder: Path) -> Iterator[Pair]:
    """Yield what the rule makes of a set, at most one pair a paragraph."""
    paragraphs: dict[tuple[str, int], list[dict[str, object]]] = defaultdict(list)
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if item["answerable"] and item["spans"]:
            paragraphs[item["doc"], item["paragraph"][0]].append(item)
    for items in paragraphs.values():
        made = next(filter(None, (_pair(one, other) for one in items for other in items if one is not other)), None)
        if made:
            yield made


def _pair(one: dict[str, object], other: dict[str, object]) -> Pair | None:
    first, whole = str(one["question"]), str(other["question"])
    shared = _shared(first, whole)
    if shared is None:
        return None
    typed = _with_pronoun(whole, shared)
    spans = merge((start, end) for start, end in other["spans"])  # type: ignore[attr-defined]
    answers = one["answers"]
    assert isinstance(answers, list)
    return Pair(first, str(answers[0]), whole, typed, Gold(frozenset([str(other["doc"])]), spans=spans))


def _shared(first: str, second: str) -> str | None:
    """Return the longest name that both questions hold, with its article."""
    words = [match.span() for match in _WORD.finditer(second)]
    for length in range(4, 0, -1):
        for at in range(1, len(words) - length + 1):
            phrase = second[words[at][0] : words[at + length - 1][1]]
            parts = phrase.split()
            if not parts[-1][0].isupper() or not parts[0][0].isupper() or parts[0].lower() in _SMALL:
                continue
            if re.search(rf"\b{re.escape(phrase)}\b", first):
                article = re.search(rf"\b(?:the|The) {re.escape(phrase)}\b", second)
                return article.group() if article else phrase
    return None


def _with_pronoun(question: str, name: str) -> str:
    owner = re.search(rf"\b{re.escape(name)}(?:'s|’s|s'|')(?= )", question)
    if owner:
        return question.replace(owner.group(), "its", 1)
    before = question[: question.index(name)].split()
    many = name.endswith("s") and not name.endswith("ss")
    subject = bool(before) and before[-1].lower() in ("did", "do", "does", "was", "were", "are", "is", "that")
    return question.replace(name, ("they" if subject else "them") if many else "it", 1)


def before(pair: Pair) -> Exchange:
    """Return the first question as a model answers it that makes no mistake."""
    sentence = Sentence(f"It is {pair.answer}.", (), Verdict.SUPPORTED)
    return Exchange("1", None, 0.0, pair.first, pair.first, Evidence(pair.first, (), Searched(1, 1, 0)),
                    Answer(AnswerStatus.ANSWERED, sentence.text, (sentence,)), (), "")


def find(session: Session, of: Set, made: Sequence[Pair]) -> None:
    """Print for what share the right passage is among the first five."""
    places = Places(session, of.docs)
    understood = [followups.understand(pair.typed, [before(pair)]) for pair in made]
    ways = {
        "as it is typed": [pair.typed for pair in made],
        "understood": [found.looked_for for found in understood],
        "both questions": [f"{pair.first} {pair.typed}" for pair in made],
        "before the pronoun": [pair.whole for pair in made],
    }
    print(f"{len(made)} conversations; {sum(found.leans for found in understood)} second questions lean on the first")
    alone = sum(followups.understand(pair.whole, [before(pair)]).leans for pair in made)
    print(f"  and {alone} of the same with the name in the pronoun's place")
    for way, questions in ways.items():
        ranks = []
        for pair, question in zip(made, questions, strict=True):
            hits = session.retrieval.search(question, K).hits
            ranks.append(next((hit.rank for hit in hits if pair.gold.right(places.of(hit.passage))), None))
        right = [sum(rank is not None and rank <= k for rank in ranks) / len(ranks) for k in (1, K)]
        print(f"  {way:<20} hit@1 {right[0]:.3f}   hit@{K} {right[1]:.3f}", flush=True)


def first_token(folder: Path, wanted: int) -> None:
    """Print how soon the starter model begins to answer a follow-up about the same passages."""
    texts: dict[str, list[str]] = defaultdict(list)
    for file in sorted((folder / "docs").glob("*.txt")):
        texts[file.name] = [part for part in file.read_text(encoding="utf-8").split("\n\n") if len(part) > 400]
    ratios, sizes = [], []
    with contextlib.closing(GeneratorClient(next(paths.bundled_models().glob("*.gguf")))) as generator:
        for name in list(texts)[: wanted + 1]:
            hits = tuple(
                Hit(rank, 1.0, StoredPassage(f"{name}{rank}", "1", name, name, "text", None, 0, len(text), text, ""))
                for rank, text in enumerate(texts[name][:SHOWN], start=1)
            )
            evidence = Evidence(f"What is said about {name[:-4]}?", hits, Searched(1, 1, 0))
            last = before(Pair(evidence.question, texts[name][0][:400], "", "", Gold(frozenset())))
            runs = []
            for question, earlier in ((evidence.question, ()), ("And since when?", (last,))):
                built = prompts.build(
                    evidence, generator.count, context=generator.context, answer_tokens=16,
                    evidence_tokens=Settings().evidence_tokens, question=question, earlier=earlier,
                )  # fmt: skip
                runs.append(_written(generator, built.prompt))
            if name != next(iter(texts)):  # the first one warms the engine
                ratios.append(runs[1].first_seconds / runs[0].first_seconds)
                sizes.append([(run.prompt_tokens, run.reused_tokens) for run in runs])
    print(f"{len(ratios)} follow-ups on the same passages; tokens of the prompt and of them not read again:")
    for (one, other), ratio in zip(sizes, ratios, strict=True):
        print(f"  first {one[0]:>4}   follow-up {other[0]:>4}, {other[1]:>4} known   first token in {ratio:.2f} of the "
              "time")
    print(f"  median {median(ratios):.2f}, highest {max(ratios):.2f} (wanted: at most 0.3)")


def _written(generator: GeneratorClient, prompt: Prompt) -> Written:
    writing = generator.generate(prompt)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, metavar="SET")
    parser.add_argument("--library", type=Path, metavar="DIR", help="keep the library here and use it again")
    parser.add_argument("--conversations", type=int, default=200, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="instead time N follow-ups")
    parser.add_argument("--show", action="store_true", help="print what is looked for")
    options = parser.parse_args()
    os.environ.update(OFFLINE)
    seal.shut("desk")
    if options.first:
        first_token(options.set, options.first)
        return
    made = list(pairs(options.set))
    step = max(1, len(made) // options.conversations)
    made = made[::step][: options.conversations]
    for pair in made if options.show else ():
        print(f"{pair.first}\n    {pair.typed}\n    {followups.understand(pair.typed, [before(pair)]).looked_for}")
    with contextlib.ExitStack() as stack:
        libraries = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        libraries.mkdir(parents=True, exist_ok=True)
        of = Set.load(options.set, 1)
        with opened(libraries, of, again=False) as session:
            find(session, of, made)


if __name__ == "__main__":
    main()
