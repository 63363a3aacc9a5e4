"""The models as the desk uses them: each a role, served by an engine process of its own.

Owns how texts are cut into batches and what goes before what. Imports no model library.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import EngineDied, ModelError, ModelTooLarge
from app.models import folder as folders
from app.models import gguf, hardware
from app.models.backends import Backends
from app.models.process import PATIENCE, Connection, Engine, Reply
from app.models.roles import Vectors
from app.models.tokens import encodable, prompt_tokens
from app.precedence import Precedence
from app.types import Prompt, Written

# A question waits for at most the batch that is being worked on, so batches stay small.
BATCH = 32

# One batch waits in the engine while another is worked on, so that it never idles.
_AHEAD = 2

# Seconds after which passages that wait for the writing to end look whether their engine is still there.
_LOOK_AGAIN = 0.2
_BEAT = 0.1  # seconds; so soon can be stopped what the model is silent at

# More context costs memory that the starter prompts do not use.
CONTEXT = 4096


class EmbedderClient:
    """The embedder in `folder` (role Embedder); its process starts at the first use or by start()."""

    def __init__(
        self,
        folder: Path,
        *,
        precedence: Precedence | None = None,
        command: Sequence[str] = (),
        quick: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        self.folder = folder
        self._precedence = precedence or Precedence()
        self._fingerprint = ""
        self._backends = Backends(folder, lambda: self.fingerprint, command=command, quick=quick, patience=patience)

    @property
    def fingerprint(self) -> str:
        """Names the model's content and prompts: hashes its files at the first call (0.2 s for 90 MB), in the desk."""
        if not self._fingerprint:
            self._fingerprint = _fingerprint(self.folder)
        return self._fingerprint

    @property
    def limit(self) -> int:
        """Tokens of a passage that the model reads, special tokens included; raises NotAModel."""
        return folders.limit(self.folder) - prompt_tokens(self.folder)

    @property
    def dimension(self) -> int:
        """Numbers in a vector, from the folder's own description; raises NotAModel."""
        return folders.dimension(self.folder)

    @property
    def prompts(self) -> folders.Prompts:
        """What is put before questions and passages, from the folder's own description; raises NotAModel."""
        return folders.prompts(self.folder)

    def start(self) -> None:
        """Begin loading in the background; errors come with the first embed()."""
        self._backends.start()

    def about(self) -> dict[str, Any]:
        """Return what computes "questions" and "passages", and what loading and measuring found; waits for loading."""
        return self._backends.about()

    def calibrate(self) -> None:
        """Measure now what is fastest here, where that is not known, and make it ready; waits. Raises ModelError.

        Nobody must call it: the first long adding does as much while it runs.
        """
        self._backends.calibrate()

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> Vectors:
        """Return float32[len(texts), d] of unit length; passages wait while something is written.

        Texts of like length share a batch, so that little of it is padding. Each gets what the model wants put
        before it, an urgent one as a question. Raises ModelError.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        prompt = self.prompts.question if urgent else self.prompts.passage
        connection, form = (self._backends.for_question(), "") if urgent else self._backends.for_passages(len(texts))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        sent: deque[tuple[list[int], Reply]] = deque()
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            if len(sent) == _AHEAD:
                _receive(connection, vectors, *sent.popleft())
            while not urgent and not connection.dead and not self._precedence.wait(_LOOK_AGAIN):
                pass
            some = [prompt + encodable(texts[i]) for i in rows]
            sent.append((rows, connection.ask("embed", texts=some, format=form, urgent=urgent)))
        while sent:
            _receive(connection, vectors, *sent.popleft())
        return vectors

    def close(self) -> None:
        """End the engines; whoever waits for one gets EngineDied."""
        self._backends.close()


class GeneratorClient:
    """The model in the GGUF `file` (role Generator); its process starts at the first use or by start()."""

    def __init__(
        self,
        file: Path,
        *,
        precedence: Precedence | None = None,
        threads: int = 0,
        context: int = CONTEXT,
        command: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        self.file = file
        self._precedence = precedence or Precedence()
        self._threads = threads
        self._most = context
        self._engine = Engine("generator", self._load, start=command, patience=patience)
        self._context = 0

    @property
    def context(self) -> int:
        """Tokens that fit into prompt and answer together, from the file's header; raises ModelError."""
        if not self._context:
            self._context = min(gguf.check(self.file).context, self._most)
        return self._context

    def start(self) -> None:
        """Begin loading in the background; errors come with the first use."""
        self._engine.start()

    def loading(self) -> Iterator[None]:
        """Begin to load the model and yield now and then until it is there; raises ModelError."""
        return self._engine.loading(_BEAT)

    def count(self, prompt: Prompt) -> int:
        """Return the tokens of `prompt` after the model's own chat template. Raises ModelError."""
        tokens = self._engine.ready().ask("count", turns=_turns(prompt)).result().header.get("tokens")
        if not isinstance(tokens, int):
            raise EngineDied(reason="it sent something that is not an answer")
        return tokens

    def generate(self, prompt: Prompt) -> Generator[str, None, Written]:
        """Yield the text piece by piece and return how it ended; closing the iterator stops the model.

        While it reads the prompt, which takes long on a small computer, empty pieces come.
        Raises PromptTooLong where prompt and one token do not fit, and other ModelErrors.
        """
        with self._precedence.answering():
            reply = self._engine.ready().ask(
                "generate",
                turns=_turns(prompt),
                max_tokens=prompt.max_tokens,
                temperature=prompt.temperature,
                seed=prompt.seed,
            )
            over = False
            try:
                for frame in reply.beats(_BEAT):
                    if frame is None:
                        yield ""
                        continue
                    if frame.header.get("last") is True:
                        over = True
                        return _written(frame.header)
                    yield str(frame.header.get("text", ""))
            except ModelError:
                over = True
                raise
            finally:
                if not over:
                    reply.stop()
        raise AssertionError("a reply without an end")

    def close(self) -> None:
        """End the engine; whoever waits for it gets EngineDied."""
        self._engine.close()

    def _load(self) -> dict[str, Any]:
        header = gguf.check(self.file)
        context = min(header.context, self._most)
        needed, free = gguf.memory_needed(header, context), hardware.free_memory()
        if needed > free:
            raise ModelTooLarge(file=self.file.name, needed=gguf.in_words(needed), available=gguf.in_words(free))
        return {"path": str(self.file.resolve()), "context": context, "threads": self._threads}


def _turns(prompt: Prompt) -> list[list[str]]:
    return [[turn.role, encodable(turn.text)] for turn in prompt.turns]


def _written(header: dict[str, Any]) -> Written:
    try:
        return Written(**{name: header[name] for name in Written.__slots__})
    except KeyError as error:
        raise EngineDied(reason="it sent something that is not an answer") from error


def _receive(connection: Connection, vectors: Vectors, rows: list[int], reply: Reply) -> None:
    frame = reply.result()
    if len(frame.body) != len(rows) * vectors.shape[1] * 4:
        connection.end("it sent vectors of the wrong shape")
        raise EngineDied(reason="it sent vectors of the wrong shape")
    found = np.frombuffer(frame.body, dtype="<f4").reshape(len(rows), vectors.shape[1])
    if not np.isfinite(found).all():
        connection.end("it sent vectors that are not numbers")
        raise EngineDied(reason="it sent vectors that are not numbers")
    vectors[rows] = found


def _fingerprint(folder: Path) -> str:
    """Hash what decides the vectors: weights, tokenizer, descriptions of the parts, and prompts if there are any."""
    names = ["modules.json", "config.json", "sentence_bert_config.json", "tokenizer.json"]
    files = [folder / name for name in names]
    files += sorted(folder.glob("*/config.json")) + sorted(folder.rglob("*.safetensors"))
    digest = hashlib.sha256()
    for file in files:
        try:
            with file.open("rb") as stream:
                part = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            continue
        digest.update(f"{file.relative_to(folder).as_posix()} {part}\n".encode())
    if (prompts := folders.prompts(folder)) != folders.Prompts():
        digest.update(json.dumps([prompts.question, prompts.passage]).encode())
    return digest.hexdigest()[:16]
