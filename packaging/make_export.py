"""Writes a model's export for onnxruntime: `python make_export.py MODEL_FOLDER KEY`, run by set-up in the environment.

Beside torch and sentence-transformers it needs the package onnx, which set-up puts into a folder of its own. In
`MODEL_FOLDER/onnx` it leaves the model in float32 and, where that agrees, with weights of 8 bits, and export.json:
how numbers become a vector, and texts with the vectors that the model itself gives them. All of it appears at once
or not at all, and only when the export gives the model's own vectors.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

# Exports in float32 are the same computation in another order.
SAME = 0.9999

# The second half of each layer's feed-forward part reads numbers with large outliers, which 8 bits cannot hold
# beside the others: with it the least cosine of 96 passages was .987, without .993.
LEFT_IN_FLOAT32 = r"(output/dense|output\.dense|lin2|fc2).*MatMul"
LEFT_ALONE = "attention"


def main(folder: Path, made_by: str) -> None:
    """Make the export of the model in `folder`, in place of one that is there; `made_by` is kept beside it."""
    warnings.simplefilter("ignore")
    import torch
    from sentence_transformers import SentenceTransformer

    from app.models.probe import AGREEMENT, TEXTS

    torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False,
                                model_kwargs={"use_safetensors": True, "attn_implementation": "eager"}).eval()
    texts = [text[:100] for text in TEXTS[::2]]  # few and short: they are computed at every start
    vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    partial = folder / "onnx.partial"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "onnx").mkdir(parents=True)
    for name in ("tokenizer.json", "sentence_bert_config.json", "config.json", "tokenizer_config.json"):
        if (folder / name).exists():
            shutil.copy(folder / name, partial)
    files = {"float32": "model.onnx"}
    _export(model, partial / "onnx" / files["float32"])
    described: dict[str, Any] = {
        "made_by": made_by,
        "weights": _sha256(folder / "model.safetensors"),
        "pooling": _pooling(model),
        "files": files,
        "known": {text: base64.b64encode(vector.astype("<f4").tobytes()).decode()
                  for text, vector in zip(texts, vectors, strict=True)},
    }
    _describe(partial, described)
    agreement = _agreement(partial, "float32", model)
    if agreement < SAME:
        sys.exit(f"The export gives other vectors than the model (cosine {agreement:.4f}).")
    print(f"float32: {agreement:.6f}")
    files["int8"] = "model_qint8.onnx"
    _quantise(partial / "onnx" / files["float32"], partial / "onnx" / files["int8"])
    _describe(partial, described)
    agreement = _agreement(partial, "int8", model)
    print(f"int8: {agreement:.6f}")
    if agreement < AGREEMENT:
        (partial / "onnx" / files.pop("int8")).unlink()
    described["sha256"] = {name: _sha256(partial / "onnx" / name) for name in files.values()}
    _describe(partial, described)
    shutil.rmtree(folder / "onnx", ignore_errors=True)
    (partial / "onnx").rename(folder / "onnx")
    shutil.rmtree(partial)


def _export(model: Any, file: Path) -> None:
    import torch

    inner = model[0].auto_model

    class Tokens(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        """The model from tokens to a vector a token."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: Any, attention_mask: Any, *more: Any) -> Any:
            types = {"token_type_ids": more[0]} if more else {}
            return self.inner(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state

    ids = torch.arange(100, 132).reshape(2, 16)
    mask = torch.ones_like(ids)
    mask[1, 10:] = 0
    names = ["input_ids", "attention_mask"]
    given = [ids, mask]
    if "token_type_ids" in model.tokenizer.model_input_names:
        names.append("token_type_ids")
        given.append(torch.zeros_like(ids))
    free = {0: "texts", 1: "tokens"}
    with torch.inference_mode():
        # The older of torch's two exporters: it needs no further package and leaves nothing out here.
        torch.onnx.export(
            Tokens().eval(), tuple(given), str(file), input_names=names, output_names=["last_hidden_state"],
            dynamic_axes=dict.fromkeys([*names, "last_hidden_state"], free), opset_version=17, dynamo=False,
        )


def _quantise(source: Path, target: Path) -> None:
    import re

    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    nodes = [node.name for node in onnx.load(str(source)).graph.node if node.op_type == "MatMul"]
    quantize_dynamic(str(source), str(target), per_channel=True, weight_type=QuantType.QInt8,
                     nodes_to_exclude=[name for name in nodes
                                       if re.search(LEFT_IN_FLOAT32, name) and LEFT_ALONE not in name])


def _pooling(model: Any) -> str:
    kinds = [type(part).__name__ for part in model]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        sys.exit(f"Models made of {', '.join(kinds)} have no export.")
    mode = str(model[1].get_config_dict().get("pooling_mode", ""))
    if not mode:
        mode = str(model[1].get_pooling_mode_str())
    if mode not in ("mean", "cls"):
        sys.exit(f"Models that pool by {mode} have no export.")
    return mode


def _agreement(folder: Path, form: str, model: Any) -> float:
    """The least cosine between the export's vectors and the model's, of texts of all lengths."""
    import numpy as np

    from app.frames import Frame
    from app.models.onnx import OnnxModel
    from app.models.probe import TEXTS

    texts = [text[:length] for text in TEXTS for length in (40, 150, 400, 2000)]
    found: list[bytes] = []
    export = OnnxModel(folder)
    export.answer(Frame({"texts": texts, "format": form}, b""), lambda body=b"", **_: found.append(body), lambda: False)
    own = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    return float((np.frombuffer(found[0], dtype="<f4").reshape(own.shape) * own).sum(axis=1).min())


def _describe(partial: Path, described: dict[str, Any]) -> None:
    (partial / "onnx" / "export.json").write_text(json.dumps(described, indent=1), encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
