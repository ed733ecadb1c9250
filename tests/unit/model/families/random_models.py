"""Random models of the real layout of each family, of under 2 MB, as diffusers saves them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    DDIMScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    Qwen2TokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)

from diffmine.model.prompts import Prompts
from diffmine.model.tiny import byte_tokenizer, make_random

PROMPTS = Prompts("A {label}.", "A picture.", ("a", "b"), (32, 32))
BETAS = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def make_velocity(folder: Path, **scheduler: Any) -> Path:
    """Stable Diffusion 2.1: as the first one, and it predicts the velocity."""
    make_random(folder, PROMPTS.labels)
    path = folder / "scheduler" / "scheduler_config.json"
    config = json.loads(path.read_text()) | {"prediction_type": "v_prediction"} | scheduler
    path.write_text(json.dumps(config))
    return folder


def make_sdxl(folder: Path) -> Path:
    tokenizer = byte_tokenizer()
    unet = UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 2),
        attention_head_dim=(2, 4, 4),
        cross_attention_dim=24,
        norm_num_groups=4,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 20,
    )
    pipeline = StableDiffusionXLPipeline(
        vae=_vae(4, 0.13025, None),
        text_encoder=_clip(CLIPTextModel, 16, 16),
        text_encoder_2=_clip(CLIPTextModelWithProjection, 8, 20),
        tokenizer=tokenizer,
        tokenizer_2=byte_tokenizer(),
        unet=unet,
        scheduler=DDIMScheduler(**BETAS),
        add_watermarker=False,
    )
    return _saved(pipeline, folder)


def make_sd3(folder: Path) -> Path:
    transformer = SD3Transformer2DModel(
        sample_size=16,
        patch_size=2,
        in_channels=4,
        out_channels=4,
        num_layers=6,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=32,
        caption_projection_dim=16,
        pooled_projection_dim=28,
        pos_embed_max_size=24,
        dual_attention_layers=(0, 1),
        qk_norm="rms_norm",
    )
    pipeline = StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_vae(4, 1.5305, 0.0609),
        text_encoder=_clip(CLIPTextModelWithProjection, 16, 16),
        tokenizer=byte_tokenizer(),
        text_encoder_2=_clip(CLIPTextModelWithProjection, 8, 12),
        tokenizer_2=byte_tokenizer(),
        text_encoder_3=_t5(32),
        tokenizer_3=t5_tokenizer(),
    )
    return _saved(pipeline, folder)


CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n\n</think>\n\n{% endif %}"
)


def make_flux2(folder: Path) -> Path:
    units = [token for token in byte_tokenizer().get_vocab() if len(token) == 1]
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = Qwen2TokenizerFast(
        vocab={token: number for number, token in enumerate([*sorted(units), *special])}, merges=[]
    )
    tokenizer.add_special_tokens({"additional_special_tokens": special[1:]})
    tokenizer.chat_template = CHAT
    text = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=8,
            intermediate_size=12,
            num_hidden_layers=28,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=4,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            initializer_range=0.5,
        )
    )
    vae = AutoencoderKLFlux2(
        block_out_channels=(4, 8),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
    )
    vae.bn.running_mean.copy_(torch.linspace(-0.5, 0.5, 16))
    vae.bn.running_var.copy_(torch.linspace(0.5, 2, 16))
    transformer = Flux2Transformer2DModel(
        in_channels=16,
        num_layers=2,
        num_single_layers=4,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=24,
        timestep_guidance_channels=16,
        axes_dims_rope=(2, 2, 2, 2),
        guidance_embeds=False,
    )
    pipeline = Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
        vae=vae,
        text_encoder=text,
        tokenizer=tokenizer,
        transformer=transformer,
        is_distilled=False,
    )
    return _saved(pipeline, folder)


def _saved(pipeline: Any, folder: Path) -> Path:
    pipeline.save_pretrained(folder)
    (folder / "diffmine.json").write_text(PROMPTS.to_json())
    return folder


def _vae(channels: int, scale: float, shift: float | None) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(4, 8),
        layers_per_block=1,
        latent_channels=channels,
        norm_num_groups=2,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        scaling_factor=scale,
        shift_factor=shift,
    )


def _clip(kind: Any, width: int, whole: int) -> Any:
    return kind(
        CLIPTextConfig(
            vocab_size=len(byte_tokenizer()),
            hidden_size=width,
            intermediate_size=2 * width,
            projection_dim=whole,
            num_hidden_layers=3,
            num_attention_heads=2,
            max_position_embeddings=77,
            bos_token_id=512,
            eos_token_id=513,
            initializer_range=1.0,
        )
    )


def _t5(width: int) -> T5EncoderModel:
    return T5EncoderModel(
        T5Config(
            vocab_size=160,
            d_model=width,
            d_kv=8,
            d_ff=2 * width,
            num_layers=2,
            num_heads=2,
            feed_forward_proj="gated-gelu",
            is_encoder_decoder=False,
            use_cache=False,
        )
    )


def t5_tokenizer() -> Any:
    """T5's, with a vocabulary of single letters."""
    letters = [chr(code) for code in range(33, 127)]
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    return T5TokenizerFast(
        vocab=[*special, ("\u2581", -2.0), *((c, -2.0) for c in letters)], extra_ids=0
    )


MAKERS: dict[str, Callable[[Path], Path]] = {
    "velocity": make_velocity,
    "sdxl": make_sdxl,
    "sd3": make_sd3,
    "flux2": make_flux2,
}
