"""About: how the atlas was computed, what its numbers mean, whose pictures they are."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app import words
from diffmine.app.components.table.table import table, table_value
from diffmine.app.desk import Desk
from diffmine.app.parts import Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.about import texts
from diffmine.app.tabs.about.again import Again
from diffmine.app.texts import plurals
from diffmine.app.view import View
from diffmine.app.words import markdown, web_address, without_pictures
from diffmine.atlas.confounds import confounds
from diffmine.export.chosen import credit_counts
from diffmine.stages import STAGES
from diffmine.words.confounds import known
from diffmine.words.race import account
from diffmine.words.warnings import BRACKETS, expected, share, test, what

MOST_CARD = 40_000
MOST_CREDITS = 100
MEANING = f"### {texts.WHAT_TYPICALITY_MEANS}{words.MEANING}"


class About:
    """The tab that explains."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = desk.own
        self.text = own(gr.Markdown(elem_id="about"))
        self.stages = own(table())
        self.warnings = own(table())
        self.again = Again(desk)
        self.credit = own(table())
        with gr.Accordion(texts.MODEL_CARD, open=False, visible=False) as card:
            self.card_text = own(gr.Markdown())
        self.card = own(card)
        gr.Markdown(texts.KEYS_HINT)

    def show(self, view: View) -> Updates:
        """Everything the manifest says."""
        shelf = self.desk.shelf(view)
        card = model_card(shelf)
        return {
            self.text: about(shelf),
            self.stages: stages(shelf),
            self.warnings: warnings(shelf),
            self.credit: credits(shelf),
            self.card: gr.Accordion(visible=bool(card)),
            self.card_text: card,
        } | self.again.show(view)

    def wire(self) -> None:
        """Connect the one part that is pressed."""
        self.again.wire()


def about(shelf: Shelf) -> str:
    """Title, description, counts, limits, sources: as Markdown in which data is text."""
    manifest = shelf.atlas.manifest
    images = shelf.atlas.table("images").num_rows
    patches = sum(shelf.atlas.count(label) for label in shelf.labels)
    elements = sum(len(shelf.elements(label)) for label in shelf.labels)
    parts = [f"## {markdown(shelf.title)}", markdown(manifest.description)]
    parts.append(
        texts.COUNTS.format(
            images=plurals(images, "image"),
            labels=plurals(len(shelf.labels), "label"),
            patches=plurals(patches, "typical patch"),
            elements=plurals(elements, "element"),
        )
    )
    if race := account(manifest.config.get("race", {})):
        parts.append(race)
    if going := confounds(shelf.atlas):
        lines = "\n".join(f"- {markdown(known(one))}." for one in going)
        parts.append(f"### {texts.GOING}\n{lines}")
    if manifest.limits:
        limits = "\n".join(f"- {markdown(limit)}" for limit in manifest.limits)
        parts.append(f"### {texts.LIMITS}\n{limits}")
    parts.append(MEANING)
    parts += [
        f"**{name}**: {_linked(text)}"
        for name, text in (
            (texts.SOURCE, manifest.source),
            (texts.LICENCE, manifest.licence),
            (texts.CITATION, manifest.citation),
        )
        if text
    ]
    return "\n\n".join(part for part in parts if part)


def _linked(text: str) -> str:
    address = web_address(text.strip())
    return f"<{address}>" if address and not set(address) & set("<> \n") else markdown(text)


def stages(shelf: Shelf) -> Value:
    """The configuration of each stage that was run."""
    config: dict[str, dict[str, Any]] = shelf.atlas.manifest.config
    rows = [
        [name, words.STAGES[name], ", ".join(f"{key} {_short(value)}" for key, value in
                                            config[name].items())]
        for name in STAGES
        if name in config
    ]  # fmt: skip
    return table_value(texts.STAGE_HEADS, rows, caption=texts.STAGES_CAPTION, empty=texts.NO_STAGES)


def warnings(shelf: Shelf) -> Value:
    """Signs that top patches show the data set rather than the label, beside what to expect."""
    rows = [
        [sign.label, what(sign), share(sign), expected(sign), test(sign), f"{sign.n:,}"]
        for sign in shelf.atlas.warnings()
    ]
    for row in shelf.evaluation.confounds if shelf.evaluation else []:
        if row["flagged"]:
            shows = texts.CONFOUND.format(element=row["element"])
            shares = [_percent(row["share"]), _percent(row["expected"])]
            rows.append([row["label"], shows, *shares, texts.RANDOM, f"{row['n']:,}"])
    return table_value(
        texts.ARTEFACT_HEADS,
        rows,
        caption=f"{texts.ARTEFACTS}. {BRACKETS}" if shelf.atlas.warnings() else texts.ARTEFACTS,
        empty=texts.NO_ARTEFACTS,
    )


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "–".join(map(str, value))
    return repr(value) if isinstance(value, str) else str(value)


def credits(shelf: Shelf) -> Value:
    """Distinct credits and licences of the images, with their number."""
    counts = credit_counts(shelf.atlas)
    rows = [[credit, licence, f"{count:,}"] for credit, licence, count in counts[:MOST_CREDITS]]
    caption = texts.CREDITS
    if len(counts) > MOST_CREDITS:
        caption = texts.FIRST_CREDITS.format(shown=MOST_CREDITS, count=len(counts))
    return table_value(
        texts.CREDIT_HEADS,
        rows,
        caption=caption,
        empty=texts.NO_CREDITS,
    )


def model_card(shelf: Shelf) -> str:
    """The README beside the model, without pictures."""
    path = shelf.model / "README.md" if shelf.model else None
    if path is None or not path.is_file():
        return ""
    return without_pictures(path.read_text("utf-8", errors="replace")[:MOST_CARD])
