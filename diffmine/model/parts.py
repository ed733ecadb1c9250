"""What the parts of a model do: the protocol between a family of models and all that asks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from diffmine.model.schedule import Schedule


class Layer(NamedTuple):
    """A layer whose output is a feature (DIFT). `grid` makes cells that cover the whole image of
    it, b d hf wf, for latents of (height, width)."""

    module: nn.Module
    grid: Callable[[Any, tuple[int, int]], Tensor]


@runtime_checkable
class Parts(Protocol):
    """The parts of a model of one family. `unet` is the network that is asked, a UNet or a
    transformer; `schedule` says how it corrupts latents, what its target is, what noise its answer
    implies and which levels there are. Nothing here fills calls, moves tensors or remembers."""

    unet: Any
    vae: Any
    text_encoder: Any
    tokenizer: Any
    scheduler: Any
    schedule: Schedule

    @property
    def folders(self) -> Mapping[str, Any]:
        """Every part by the name of its folder; those that are modules have weights."""

    @property
    def index(self) -> dict[str, Any]:
        """What model_index.json says beside its parts: first of all the class of the pipeline."""

    @property
    def channels(self) -> int:
        """Channels of a latent."""

    @property
    def factor(self) -> int:
        """Pixels of an image for one of its latent."""

    @property
    def multiple(self) -> int:
        """Height and width of an image, in pixels, must be multiples of this."""

    def embed(self, prompts: list[str]) -> Shaped[Tensor, "n s d"]:
        """Each prompt as one tensor; a state of the prompt as a whole, where the network wants one,
        is its last row."""

    def encode(self, images: Shaped[Tensor, "b 3 h w"]) -> Float[Tensor, "b c hl wl"]:
        """Posterior mean of the latents of images in -1 to 1, float32 of about unit variance."""

    def decode(self, latents: Float[Tensor, "b c hl wl"]) -> Shaped[Tensor, "b 3 h w"]:
        """Images of about -1 to 1."""

    def predict(
        self,
        network: Any,
        noisy: Shaped[Tensor, "b c h w"],
        t: Shaped[Tensor, " b"],
        words: Shaped[Tensor, "u s d"],
        which: Int[Tensor, " b"] | None = None,
    ) -> Shaped[Tensor, "b c h w"]:
        """The answer of `network` (`unet`, or what trains it), told `t`, under the prompts
        `words[which]`, or each row under its own."""

    def features(self, number: int) -> Layer | None:
        """The layer that stands for an up block of a UNet; None: there is none of that number."""

    @property
    def injected(self) -> int | None:
        """The up block where Plug-and-Play injects features; None: nothing can be injected."""
