"""The libraries by themselves, without the program: the other side of the ratios.

Runs as a process of its own, answers one line of JSON on standard output for each on standard input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# The same as the program's engines have. Without it llama.cpp's threads spin at each barrier, and on a busy
# computer the ratios would flatter the program several times over.
ENVIRONMENT = {"GOMP_SPINCOUNT": "1000", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TQDM_DISABLE": "1"}


class Reference:
    """Starts `kind` ("embed" or "write") and asks it."""

    def __init__(self, kind: str, model: Path, **options: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, kind, str(model), json.dumps(options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env=os.environ | ENVIRONMENT,
        )  # fmt: skip

    def ask(self, question: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def embed(model: str) -> Callable[[Any], Any]:
    """sentence-transformers' own encode, in bfloat16, on all texts at once: seconds it took."""
    import torch
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(
        model, device="cpu", local_files_only=True, model_kwargs={"dtype": torch.bfloat16, "use_safetensors": True}
    )

    def answer(texts: Any) -> float:
        began = time.perf_counter()
        loaded.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return time.perf_counter() - began

    return answer


def write(model: str, *, context: int, batch: int, threads: int) -> Callable[[Any], Any]:
    """llama_cpp's own create_completion, streamed: tokens of the prompt, seconds to the first token and in all."""
    import llama_cpp
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    llm = llama_cpp.Llama(
        model, n_ctx=context, n_batch=batch, n_threads=threads, n_threads_batch=threads, verbose=False
    )
    template = Jinja2ChatFormatter(
        llm.metadata["tokenizer.chat_template"], eos_token="<|im_end|>", bos_token="<|im_start|>"
    )

    def answer(request: Any) -> dict[str, float]:
        messages: Any = [{"role": role, "content": text} for role, text in request["turns"]]
        began = time.perf_counter()
        text = template(messages=messages).prompt
        tokens = llm.tokenize(text.encode(), add_bos=False, special=True)
        first, written = 0.0, 0
        for _ in llm.create_completion(
            tokens, max_tokens=request["max_tokens"], temperature=0.0, repeat_penalty=1.05, stream=True
        ):
            first = first or time.perf_counter() - began
            written += 1
        seconds = time.perf_counter() - began
        return {"prompt": len(tokens), "first": first, "tokens": written - 1, "seconds": seconds}

    return answer  # the last piece of a stream is empty: it tells why it ended


if __name__ == "__main__":
    kinds: dict[str, Callable[..., Callable[[Any], Any]]] = {"embed": embed, "write": write}
    made = kinds[sys.argv[1]](sys.argv[2], **json.loads(sys.argv[3]))
    for line in sys.stdin:
        print(json.dumps(made(json.loads(line))), flush=True)
