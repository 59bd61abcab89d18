/**
 * A text-to-text model in 8 bits has no ready container: vLLM dropped encoder-decoders (pull request 24907, 2025-09), llama.cpp's
 * server never runs their encoder (issue 26565, 2026-08), TGI is archived. The Hugging Face container runs a script beside the
 * weights (its toolkit's `code/inference.py`); this is it. Never run on AWS.
 *
 * Why it quantises by itself: `load_in_8bit` leaves the T5 family's `wo` out (transformers, modeling_t5.py `_keep_in_fp32_modules`),
 * because LLM.int8() takes activations in fp16, where those of `wo` overflow (huggingface/transformers issue 20287). For Flan-UL2 that is
 * 64 layers x 16,384 x 4,096 = 4.29 B of 19.5 B weights: in fp32 (transformers 4) 17.2 GB + 14.9 GB in int8 + 0.5 GB of embeddings = 32.6 GB,
 * in bf16 (transformers 5) 8.6 + 14.9 + 0.5 = 24.1 GB, and an A10G has 23.6. With `wo` in int8 too it is 4.3 + 14.9 + 0.5 = 19.8 GB.
 * Here its activations stay in bf16, which has the range of fp32, and only its weights are in int8, widened for each product.
 */
export const TEXT_TO_TEXT_FILES: Readonly<Record<string, string>> = {
  'model/code/inference.py': String.raw`"""Serves a text-to-text model that has no ready container: weights from the hub, quantised before they go to the device."""
import os

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer


class Int8Weights(torch.nn.Module):
    """A layer whose weights are in int8, a scale for each row, and whose activations stay as they come: wo overflows in fp16."""

    def __init__(self, linear):
        super().__init__()
        weight = linear.weight.detach().float()
        scale = (weight.abs().amax(dim=1) / 127).clamp(min=1e-12)
        self.register_buffer("weight", torch.round(weight / scale[:, None]).to(torch.int8))
        self.register_buffer("scale", scale.to(linear.weight.dtype))

    def forward(self, hidden):
        return torch.nn.functional.linear(hidden, self.weight.to(hidden.dtype)) * self.scale


def int8(linear):
    from bitsandbytes.nn import Int8Params, Linear8bitLt

    made = Linear8bitLt(linear.in_features, linear.out_features, bias=False, has_fp16_weights=False)
    made.weight = Int8Params(linear.weight.data, requires_grad=False, has_fp16_weights=False)
    return made


def int4(linear):
    from bitsandbytes.nn import Linear4bit, Params4bit

    made = Linear4bit(linear.in_features, linear.out_features, bias=False, compute_dtype=torch.bfloat16, quant_type="nf4")
    made.weight = Params4bit(linear.weight.data, requires_grad=False, quant_type="nf4")
    return made


def quantise(module, narrow):
    """Every layer of the stacks, wo in int8 whatever the rest is in; embeddings and the head stay."""
    for name, child in module.named_children():
        if isinstance(child, torch.nn.Linear):
            if child.bias is not None:
                raise ValueError(f"{name} has a bias, which the layers of the T5 family have not")
            setattr(module, name, Int8Weights(child) if name == "wo" else narrow(child))
        else:
            quantise(child, narrow)


def model_fn(model_dir, context=None):
    weights = os.environ["BREAKEVEN_WEIGHTS"]
    revision = os.environ.get("BREAKEVEN_REVISION", "main")
    narrow = {"int8": int8, "int4": int4}.get(os.environ["BREAKEVEN_PRECISION"])
    place = {"device_map": "auto"} if narrow is None else {}
    model = AutoModelForSeq2SeqLM.from_pretrained(weights, revision=revision, dtype=torch.bfloat16, **place)
    if narrow is not None:
        quantise(model.encoder, narrow)
        quantise(model.decoder, narrow)
        model.to("cuda")
    return model.eval(), AutoTokenizer.from_pretrained(weights, revision=revision)


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
