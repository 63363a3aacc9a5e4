"""Writing with llama.cpp; the only module that knows llama_cpp.

Lives in the engine process and is imported there only.
"""

from __future__ import annotations

import codecs
import ctypes
import functools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import llama_cpp
import numpy as np
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from app import frames
from app.errors import NotAModel, PromptTooLong
from app.models import hardware
from app.models.engine import Reply
from app.models.template import Piece, Render, pieces

# Small models repeat themselves for ever when nothing holds them back; more than this and they stop
# quoting word for word.
REPEAT_PENALTY = 1.05

# Pieces that come faster than this travel together: waking the desk costs the model its turn.
_TOGETHER_SECONDS = 0.025

_BATCH = 512

# Longest piece of text that one token stands for, in bytes.
_PIECE = 4096

_LOG_ERROR = 4  # ggml_log_level; the binding has no name for it

_complaint = ""


def _remember(level: int, text: bytes, _: ctypes.c_void_p) -> None:
    """Keep llama.cpp's first complaint, which names the cause; print nothing."""
    global _complaint
    if level == _LOG_ERROR and not _complaint:
        _complaint = text.decode("utf-8", "replace").strip()


_log_callback = llama_cpp.llama_log_callback(_remember)  # kept, or llama.cpp calls what is gone


def load(header: dict[str, Any]) -> LlamaModel:
    """Load the GGUF header["path"] with header["context"] tokens; raises NotAModel."""
    llama_cpp.llama_log_set(_log_callback, ctypes.c_void_p(0))
    threads = int(header.get("threads") or 0) or hardware.physical_cores()
    try:
        model = llama_cpp.Llama(
            header["path"],
            n_ctx=header["context"],
            n_batch=_BATCH,
            n_threads=threads,
            n_threads_batch=threads,
            verbose=False,
        )
    except ValueError as error:
        reason = f"llama.cpp could not load it ({_complaint or error})"
        raise NotAModel(file=Path(header["path"]).name, reason=reason) from error
    return LlamaModel(model, threads)


class LlamaModel:
    """One loaded model with its context, whose beginning is kept from prompt to prompt."""

    def __init__(self, model: llama_cpp.Llama, threads: int) -> None:
        self._model = model
        self._threads = threads
        self._vocabulary = llama_cpp.llama_model_get_vocab(model.model)
        self._buffer = ctypes.create_string_buffer(_PIECE)
        template = model.metadata.get("tokenizer.chat_template", "")
        self._render = _renderer(model, template) if template else None
        self._signs, self._unguarded = self._special_tokens(template)
        self._sign = re.compile("|".join(re.escape(sign) for sign in sorted(self._signs, key=len, reverse=True)))
        self._read = 0  # tokens at the beginning of the context that came from a prompt
        # llama.cpp asks this after each step of its computation, also while it reads a prompt.
        self._stopped: Callable[[], bool] = lambda: False
        self._abort = llama_cpp.ggml_abort_callback(lambda _: self._stopped())
        llama_cpp.llama_set_abort_callback(model.ctx, self._abort, None)

    def about(self) -> dict[str, Any]:
        """Return the tokens of context and the threads used."""
        return {"context": self._model.n_ctx(), "threads": self._threads}

    def answer(self, request: frames.Frame, reply: Reply, stopped: Callable[[], bool]) -> None:
        """Work "count" or "generate" off."""
        header = request.header
        started = time.perf_counter()
        tokens = self.tokens([(role, text) for role, text in header["turns"]])
        if header["do"] == "count":
            reply(last=True, tokens=len(tokens))
            return
        self._generate(tokens, header, reply, stopped, started)

    def tokens(self, turns: Sequence[tuple[str, str]]) -> list[int]:
        """Return the tokens of a conversation, the template's own signs as such and no others."""
        found: list[int] = []
        run = ""
        skip_blanks = False
        for kind, text in self._runs(pieces(self._render, turns)):
            if kind == "text":
                run += text.lstrip() if skip_blanks and not run else text
                continue
            number, attributes = self._signs[text]
            if attributes & llama_cpp.LLAMA_TOKEN_ATTR_LSTRIP:
                run = run.rstrip()
            found += self._plain(run)
            found.append(number)
            run = ""
            skip_blanks = bool(attributes & llama_cpp.LLAMA_TOKEN_ATTR_RSTRIP)
        found += self._plain(run)
        start = self._model.token_bos()
        if llama_cpp.llama_vocab_get_add_bos(self._vocabulary) and found[:1] != [start]:
            found.insert(0, start)
        return found

    def _runs(self, rendered: list[Piece]) -> Iterator[tuple[str, str]]:
        """Yield ("text", plain text) and ("sign", a special token of the template's)."""
        for piece in rendered:
            if not piece.ours or not self._signs:
                yield "text", piece.text
                continue
            at = 0
            for match in self._sign.finditer(piece.text):
                yield "text", piece.text[at : match.start()]
                yield "sign", match.group()
                at = match.end()
            yield "text", piece.text[at:]

    def _plain(self, text: str) -> list[int]:
        """Tokenise text in which nothing is a sign, whatever it looks like."""
        if not text:
            return []
        if not self._unguarded:
            return self._model.tokenize(text.encode(), add_bos=False, special=False)
        # llama.cpp takes some signs for signs even in plain text; cut in two they are none.
        found: list[int] = []
        at = 0
        for match in self._unguarded.finditer(text):
            found += self._model.tokenize(text[at : match.start() + 1].encode(), add_bos=False, special=False)
            at = match.start() + 1
        return found + self._model.tokenize(text[at:].encode(), add_bos=False, special=False)

    def _special_tokens(self, template: str) -> tuple[dict[str, tuple[int, int]], re.Pattern[str] | None]:
        """Return the signs of the vocabulary, and a pattern of those that llama.cpp sees in plain text too."""
        signs: dict[str, tuple[int, int]] = {}
        unguarded = []
        for number in range(self._model.n_vocab()):
            attributes = llama_cpp.llama_vocab_get_attr(self._vocabulary, number)
            user_defined = attributes & llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED
            if not (attributes & llama_cpp.LLAMA_TOKEN_ATTR_CONTROL or user_defined):
                continue
            text = llama_cpp.llama_vocab_get_text(self._vocabulary, number).decode("utf-8", "replace")
            if not text or (user_defined and text not in template):
                continue
            signs[text] = (number, attributes)
            if user_defined and len(text) > 1:
                unguarded.append(re.escape(text))
        return signs, re.compile("|".join(unguarded)) if unguarded else None

    def _generate(
        self,
        tokens: list[int],
        header: dict[str, Any],
        reply: Reply,
        stopped: Callable[[], bool],
        started: float,
    ) -> None:
        room = self._model.n_ctx() - len(tokens)
        if room < 1:
            raise PromptTooLong(tokens=len(tokens), context=self._model.n_ctx())
        reused = self._keep(tokens)
        text = _Text(reply)
        finish, written, first = "limit", 0, 0.0
        self._stopped = stopped
        try:
            for token in self._sampled(tokens, header):
                first = first or time.perf_counter() - started
                if llama_cpp.llama_vocab_is_eog(self._vocabulary, token) or self._opens_turn(token, tokens):
                    finish = "end"
                    break
                if stopped():
                    finish = "stopped"
                    break
                written += 1
                text.add(self._bytes(token))
                if written >= min(int(header["max_tokens"]), room):
                    break
        except RuntimeError:
            if not stopped():
                raise
            finish = "stopped"  # llama.cpp's way of saying that it was interrupted
        finally:
            self._stopped = lambda: False
            self._read = min(self._model.n_tokens, len(tokens))
        text.end()
        reply(
            last=True,
            finish=finish,
            prompt_tokens=len(tokens),
            reused_tokens=reused,
            tokens=written,
            first_seconds=first,
            seconds=time.perf_counter() - started,
        )

    def _sampled(self, tokens: list[int], header: dict[str, Any]) -> Iterator[int]:
        self._model.set_seed(int(header["seed"]))
        temperature = max(0.0, float(header["temperature"]))
        return self._model.generate(tokens, temp=temperature, repeat_penalty=REPEAT_PENALTY)

    def _keep(self, tokens: list[int]) -> int:
        """Return how many tokens of the prompt the context holds from the one before; the rest is forgotten.

        llama.cpp computes a token that comes alone a little differently from one among others. So that
        the same question gets the same answer, nothing is kept that came alone, as written tokens do,
        and at least two tokens are left to read.
        """
        self._model.n_tokens = max(0, min(self._model.n_tokens, self._read, len(tokens) - 2))
        held = self._model.input_ids[: self._model.n_tokens]
        same = held == np.asarray(tokens[: len(held)], dtype=held.dtype)
        return len(held) if same.all() else int(same.argmin())

    def _opens_turn(self, token: int, tokens: list[int]) -> bool:
        """Whether the model went on to write somebody else's turn: the prompt's first sign once more."""
        attributes = llama_cpp.llama_vocab_get_attr(self._vocabulary, token)
        if not attributes & llama_cpp.LLAMA_TOKEN_ATTR_CONTROL:
            return False
        first = next((t for t in tokens if t != self._model.token_bos() or t == token), None)
        return token == first

    def _bytes(self, token: int) -> bytes:
        """Return what a token stands for; nothing for a special one."""
        size = llama_cpp.llama_token_to_piece(self._vocabulary, token, self._buffer, _PIECE, 0, 0)
        return self._buffer.raw[: max(0, size)]


class _Text:
    """Sends text as it comes: whole characters only, and pieces that come fast together."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._sent = 0.0

    def add(self, piece: bytes) -> None:
        self._held += self._decoder.decode(piece)
        now = time.perf_counter()
        if self._held and now - self._sent >= _TOGETHER_SECONDS:
            self._reply(text=self._held)
            self._held, self._sent = "", now

    def end(self) -> None:
        rest = self._held + self._decoder.decode(b"", final=True)
        if rest:
            self._reply(text=rest)


def _renderer(model: llama_cpp.Llama, template: str) -> Render:
    """Return the model's own chat template as a function; it raises whatever a template may raise."""
    vocabulary = llama_cpp.llama_model_get_vocab(model.model)

    def sign(token: int) -> str:
        return llama_cpp.llama_vocab_get_text(vocabulary, token).decode("utf-8", "replace") if token >= 0 else ""

    @functools.cache
    def formatter() -> Jinja2ChatFormatter:
        return Jinja2ChatFormatter(template, eos_token=sign(model.token_eos()), bos_token=sign(model.token_bos()))

    def render(messages: list[dict[str, str]]) -> str:
        return str(formatter()(messages=cast("list[Any]", messages)).prompt)

    return render
