/**
 * A text-to-text model in 8 bits has no ready container: vLLM dropped encoder-decoders (pull request 24907, 2025-09), llama.cpp's
 * server never runs their encoder (issue 26565, 2026-08), TGI is archived. The Hugging Face container runs a script beside the
 * weights (its toolkit's `code/inference.py`); this is it. Never run on AWS.
 */
export const TEXT_TO_TEXT_FILES: Readonly<Record<string, string>> = {
  'model/code/inference.py': String.raw`"""Serves a text-to-text model that has no ready container: weights from the hub, quantised while they are loaded."""
import os

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, BitsAndBytesConfig

QUANTISED = {"int8": {"load_in_8bit": True}, "int4": {"load_in_4bit": True, "bnb_4bit_compute_dtype": torch.bfloat16}}


def model_fn(model_dir, context=None):
    weights = os.environ["BREAKEVEN_WEIGHTS"]
    precision = QUANTISED.get(os.environ["BREAKEVEN_PRECISION"])
    more = {} if precision is None else {"quantization_config": BitsAndBytesConfig(**precision)}
    model = AutoModelForSeq2SeqLM.from_pretrained(weights, device_map="auto", torch_dtype=torch.bfloat16, **more)
    return model, AutoTokenizer.from_pretrained(weights)


def predict_fn(data, loaded, context=None):
    model, tokenizer = loaded
    inputs = data["inputs"]
    tokens = tokenizer(inputs, return_tensors="pt", padding=not isinstance(inputs, str)).to(model.device)
    with torch.inference_mode():
        made = model.generate(**tokens, **(data.get("parameters") or {}))
    if context is not None:
        pad = tokenizer.pad_token_id
        # A decoder begins with a start token that nobody asked for.
        counts = f"prompt_tokens={int(tokens['attention_mask'].sum())}, completion_tokens={int((made[:, 1:] != pad).sum())}"
        context.set_response_header(0, "X-Amzn-SageMaker-Custom-Attributes", counts)
    return [{"generated_text": text} for text in tokenizer.batch_decode(made, skip_special_tokens=True)]
`,
  'model/code/requirements.txt': 'accelerate>=1.2\nbitsandbytes>=0.45\nsentencepiece\n',
}
