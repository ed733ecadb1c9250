"""Write docs/licences.md from what is installed: .venv/bin/python -m scripts.licences."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from scripts.lock import TORCH
from scripts.pin import needed

ROOT = Path(__file__).parents[1]
HEAD = """\
# Licences

What diffmine needs to run, directly or not, with the licence that each package states; written by
`make sbom`, which also writes all that is installed as CycloneDX (sbom.json, with the texts of the
licences). No package is under the GPL or AGPL. fpdf2 is under the LGPL: it is imported as it is and
can be exchanged. The word pieces of CLIP in diffmine/model/foreign/sd1 are OpenAI's, under the MIT
licence. The wheels of numpy and scipy carry libgfortran, which is under the GPL with an
exception for what is linked with it. On Linux, torch from the package index brings CUDA
(torch.lock) under NVIDIA's own terms; a build without CUDA needs none of it.

diffmine and its models in assets/ are under the [MIT licence](../LICENSE), but for the model of the
icons, which is under CC BY-SA 4.0 as is much of what it learnt from; the pictures of the embedded
atlases carry licences of their own.

| package | version | licence |
|---|---|---|
"""
ELSEWHERE = {
    "audioop-lts": "PSF-2.0",
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
}
"""Of packages that only another system or a newer Python needs; read by hand."""
STATED = {"wadler-lindig": "Apache-2.0", "umap-learn": "BSD-3-Clause"}
"""Where a package's own words do not name its licence; read by hand from its files."""
LONGEST = 90


def licence(name: str) -> str:
    """The licence of a package as it states it; empty when it does not."""
    if name in ELSEWHERE or name in STATED:
        return ELSEWHERE.get(name) or STATED[name]
    known = metadata(name)
    expression, plain = (
        "".join(known.get_all(field, ())[:1]) for field in ("License-Expression", "License")
    )
    classifiers = known.get_all("Classifier", [])
    classified = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License")]
    for text in (expression, plain, ", ".join(classified)):
        if text and len(text) <= LONGEST and "\n" not in text:
            return " ".join(text.split())
    return re.sub(r"\s+", " ", expression or ", ".join(classified))


def listed() -> dict[str, str]:
    """The versions of what the locks hold or is needed here, without what is CUDA's."""
    text = "".join((ROOT / name).read_text() for name in ("requirements.lock", "torch.lock"))
    pins = needed(extras=False) | dict(re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", text))
    return {name: pins[name] for name in sorted(pins) if name == "torch" or not cuda(name)}


def cuda(name: str) -> bool:
    """Whether only torch needs a package."""
    return TORCH.match(f"{name}==") is not None


def rows() -> list[str]:
    """A line for each package."""
    lines = []
    for name, version in listed().items():
        try:
            stated = licence(name)
        except PackageNotFoundError:
            stated = ""
        lines.append(f"| {name} | {version} | {stated or 'not known'} |\n")
    return lines


if __name__ == "__main__":
    (ROOT / "docs/licences.md").write_text(HEAD + "".join(rows()))
