"""What is said of a data set: at length by `diffmine info`, in short before a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from diffmine.data.dates.texts import UNDATED
from diffmine.pipeline.info.cost import Costs
from diffmine.pipeline.info.dates import Phrase
from diffmine.pipeline.info.summary import Alike, LabelRow, Spread, Summary
from diffmine.words.confounds import going
from diffmine.words.counts import plurals
from diffmine.words.times import span

_FULL = "diffmine info DATA --as json has all"
UNKNOWN = (
    "What goes with the labels without belonging to them is not known, since some pictures were "
    "not looked at on this machine: diffmine info DATA looks, and the next build keeps it."
)
_BARS, _ROWS, _NAMED = 40, 12, 3
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LONGEST = 28
_BUSY = 1.5
_COLOURS = {"grey": "grey", "toned": "of one tone", "colour": "in colour"}


def short(summary: Summary) -> list[str]:
    """What to know before a build: pictures that cannot be read, near-duplicates across labels and
    groups, what goes with the labels; nothing where there is nothing."""
    lines = [*_small(summary), *_plain(summary), *_across(summary, 1), *_suspects(summary, True)]
    return [printed(line) for line in lines]


def cost_lines(costs: Costs, free: int | None = None) -> list[str]:
    """What a build takes."""
    return [printed(line) for line in _costs(costs, free)]


def long(summary: Summary, remarks: Sequence[str], width: int, blocks: bool) -> list[str]:
    """Everything, with a bar of blocks or signs for each label; `remarks` are what is odd about the
    labels, `width` is that of the terminal."""
    parts = [
        *[_head(summary)],
        *bars(summary.labels, width, blocks),
        *_several(summary),
        *_groups(summary),
        *_columns(summary),
        *_counted("split", summary.splits, "none"),
        *_sizes(summary),
        *_files(summary),
        *_small(summary),
        *_plain(summary),
        *_noted(summary),
        *remarks,
        *_dates(summary),
        *_alike(summary),
        *_suspects(summary, False),
        *_costs(summary.costs, None),
    ]
    return [printed(line) for line in parts]


def printed(line: str) -> str:
    """A line without what a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def bars(rows: Sequence[LabelRow], width: int, blocks: bool) -> list[str]:
    """A line for each label: its name, a bar as long as its images, their number, its groups."""
    most = max((row.images for row in rows), default=0)
    names = min(max((cell_len(row.label) for row in rows), default=0), _LONGEST)
    grouped = any(row.groups for row in rows)
    digits = len(f"{most:,}")
    room = max(8, min(60, width - names - digits - 6 - 16 * grouped))
    lines = []
    for row in rows[:_BARS]:
        bar = _bar(row.images / most if most else 0.0, room, blocks)
        groups = f"  {plurals(row.groups, 'group')}" if grouped else ""
        name = set_cell_size(_cut(row.label, names), names)
        lines.append(f"  {name}  {bar} {row.images:>{digits},}{groups}")
    return [*lines, *_more(len(rows), _BARS, "labels")]


def _bar(share: float, room: int, blocks: bool) -> str:
    if not blocks:
        return ("#" * max(round(share * room), share > 0)).ljust(room)
    eighths = max(round(share * room * 8), share > 0)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(room)


def _cut(text: str, cells: int) -> str:
    """A text, cut with a sign where it is wider than so many cells."""
    plain = printed(text)
    return plain if cell_len(plain) <= cells else set_cell_size(plain, cells - 1) + "~"


def _head(summary: Summary) -> str:
    images, labels = plurals(summary.images, "image"), plurals(len(summary.labels), "label")
    number = f"{summary.path}: {images} with {labels}"
    return f"{number}; {len(summary.refused):,} refused" if summary.refused else number


def _several(summary: Summary) -> Iterator[str]:
    if set(summary.several) <= {1}:
        return
    counts = ", ".join(f"{n:,} have {labels}" for labels, n in summary.several.items())
    yield f"labels of an image: {counts}"
    pairs = [f"{a} and {b} ({n:,})" for a, b, n in summary.together[:5]]
    yield f"most often together: {', '.join(pairs)}"


def _groups(summary: Summary) -> Iterator[str]:
    own = summary.groups
    if own.count:
        have = "has" if own.without == 1 else "have"
        without = f"; {plurals(own.without, 'image')} {have} none" if own.without else ""
        most = plurals(own.most, "image")
        yield f"groups: {own.count:,}, the largest, {own.largest}, of {most}{without}"


def _counted(what: str, counts: dict[str, int], empty: str) -> Iterator[str]:
    if counts:
        shown = [f"{name or empty} {n:,}" for name, n in [*counts.items()][:_ROWS]]
        more = len(counts) - len(shown)
        yield f"{what}: {', '.join(shown)}{f' and {more:,} more' if more > 0 else ''}"


def _sizes(summary: Summary) -> Iterator[str]:
    sizes = summary.sizes
    if sizes:
        sides = [
            f"{name} {_span(sizes[name], ',.0f')} pixels" for name in ("short side", "long side")
        ]
        shape = f"width / height {_span(sizes['shape'], '.2f')}"
        own = sizes["bytes"]
        files = f"files {_bytes(own.least)} to {_bytes(own.most)} (middle {_bytes(own.middle)})"
        yield f"sizes: {', '.join(sides)}, {shape}, {files}"


def _span(spread: Spread, how: str) -> str:
    if spread.least == spread.most:
        return f"{spread.least:{how}}"
    return f"{spread.least:{how}} to {spread.most:{how}} (middle {spread.middle:{how}})"


def _files(summary: Summary) -> Iterator[str]:
    files = summary.files
    yield from _counted("kinds", files.get("kind", {}), "other")
    yield from _counted("stored as", files.get("mode", {}), "not told")
    shown = {_COLOURS.get(name, name): n for name, n in files.get("colour", {}).items()}
    yield from _counted("colours", shown, "not told")
    yield from _counted("colour profiles", files.get("profile", {}), "none")
    yield from _counted("devices", files.get("camera", {}), "not named")


def _columns(summary: Summary) -> Iterator[str]:
    """What the columns of a table are read as, and which are not."""
    if not summary.columns:
        return
    used = ", ".join(f"{_cut(name, _LONGEST)} ({role})" for name, role in summary.columns if role)
    left = [_cut(name, _LONGEST) for name, role in summary.columns if not role]
    more = f"; not read: {', '.join(left[:_ROWS])}{_and(len(left), _ROWS)}" if left else ""
    yield f"columns: {used}{more}"


def _small(summary: Summary) -> Iterator[str]:
    if summary.small:
        few = f"{summary.small:,} of {plurals(summary.images, 'image')}"
        are = "is" if summary.small == 1 else "are"
        yield (
            f"{few} {are} smaller than {summary.side} pixels and will be enlarged; "
            "--data.image-size chooses another size."
        )


def _plain(summary: Summary) -> Iterator[str]:
    if summary.plain:
        yield f"Images that show nothing: {_some(summary.plain)}."


def _noted(summary: Summary) -> Iterator[str]:
    notes = Counter(note for _, note in summary.noted)
    for note, count in notes.most_common(_ROWS):
        yield f"{plurals(count, 'image')} {'is' if count == 1 else 'are'} read in part: {note}."


# Dates


def _dates(summary: Summary) -> Iterator[str]:
    if not summary.phrases:
        return
    refused = [one for one in summary.phrases if one.reason]
    rows = sum(one.count for one in summary.phrases)
    give = "gives" if len(refused) == 1 else "give"
    head = f"dates: {len(summary.phrases):,} different texts in {rows:,} rows"
    yield (
        f"{head}; {len(refused):,} {give} no {'label' if summary.binned else 'single year'}"
        if refused
        else head
    )
    plain = [one for one in summary.phrases if one.plain]
    shown = [one for one in summary.phrases if not one.plain] or plain
    if not refused and shown is plain and not summary.binned:
        return  # years that are years
    for one in shown[:_ROWS]:
        text = _cut(one.text or "(nothing)", _LONGEST)
        yield f"  {one.count:>6,} x {text}: {_became(one, summary.binned)}"
    left = len(summary.phrases) - len(shown[:_ROWS])
    if left > 0:
        years = f", {len(plain):,} of them bare years" if plain and shown is not plain else ""
        yield f"  and {left:,} more{years}; {_FULL}, --as csv a table"


def _became(one: Phrase, binned: bool) -> str:
    """What a text was read as; only where labels are made of it is a picture refused for it."""
    if one.reason and one.years and not binned:
        return one.years
    if one.reason:
        years = f"{one.years}; " if one.years else ""
        verb = "refused" if binned else "not read"
        why = "undated" if one.reason == UNDATED else f"{verb}, since {one.reason}"
        return f"{years}{why}"
    labels = ", ".join(one.became)
    return one.years if labels == one.years else f"{one.years}: {labels}"


# Near-duplicates


def _alike(summary: Summary) -> Iterator[str]:
    if not summary.alike:
        yield "near-duplicates: none"
        return
    images = sum(len(one.images) for one in summary.alike)
    same = sum(one.same for one in summary.alike)
    sets = plurals(len(summary.alike), "set")
    exact = f", {same:,} of them of the same file" if same else ""
    yield f"near-duplicates: {images:,} images in {sets}{exact}"
    yield from _across(summary, _NAMED)
    if not any(one.across_labels or one.across_groups for one in summary.alike):
        yield from (f"  {_set(one)}" for one in summary.alike[:_NAMED])


def _across(summary: Summary, named: int) -> Iterator[str]:
    labels = [one for one in summary.alike if one.across_labels]
    groups = [one for one in summary.alike if one.across_groups]
    for sets, what, why in (
        (labels, "labels", "what is the same cannot be typical of one of them"),
        (groups, "groups", "these are less apart than they seem"),
    ):
        if sets:
            pairs = "; ".join(map(_set, sets[:named])) + _and(len(sets), named)
            count = plurals(len(sets), "set")
            yield f"{count} of near-duplicates across {what}, and {why}: {pairs}."


def _set(one: Alike) -> str:
    """Two images of a set, of different labels where it has them, and how many more."""
    other = next((k for k, label in enumerate(one.labels) if label != one.labels[0]), 1)
    pair = [f"{one.images[k]} ({one.labels[k]})" for k in (0, other)]
    return " = ".join(pair) + _and(len(one.images), 2)


def _and(count: int, shown: int) -> str:
    return f" and {count - shown:,} more" if count > shown else ""


# What goes with the labels


def _suspects(summary: Summary, quiet: bool) -> Iterator[str]:
    own = summary.suspects
    single = set(summary.several) <= {1}
    strong = [one for one in own.list if one.strong]
    weak = [one for one in own.list if not one.strong]
    if not own.tested:
        if not quiet:
            yield "confounds: nothing could be tested (too few images, or all are alike)"
        return
    if not quiet:
        yield (
            f"confounds: {plurals(own.tested, 'thing')} {'was' if own.tested == 1 else 'were'} "
            f"tested on {plurals(own.pictures, 'image')}; "
            f"{len(strong) or 'none'} {'tell' if len(strong) > 1 else 'tells'} the label well"
        )
    for one in strong:
        sentence = going(one.name, one.column, one.label, one.association, single)
        yield f"possible confound: {sentence}" if quiet else f"  {sentence}"
    if weak and not quiet:
        for one in weak[:_NAMED]:
            yield f"  weakly, {going(one.name, one.column, one.label, one.association, single)}"


# Cost


def _costs(costs: Costs, free: int | None) -> Iterator[str]:
    if not costs.stages:
        yield f"cost: not known, since {costs.why}" if costs.why else "cost: not known"
        return
    stages = ", ".join(f"{one.name} {span(one.seconds)}" for one in costs.stages)
    yield f"cost on this machine: about {span(costs.seconds)} ({stages})"
    work = f", and {_bytes(costs.working)} beside it while it trains" if costs.working else ""
    room = f" ({_bytes(free)} are free)" if free is not None else ""
    yield f"  about {_bytes(costs.memory)} of memory; {_bytes(costs.disk)} of disk{work}{room}"
    tried = "a few calls of the model" if costs.whole else "one prediction of the model"
    reckoned = "" if costs.whole else "; training is reckoned as three predictions a row"
    yield (
        f"  by {tried} on {costs.device} in {costs.arithmetic}{reckoned}; what calls no model "
        "(mining, clustering, the map) comes on top"
    )
    if costs.busy > _BUSY:
        longer = span(costs.seconds * costs.busy)
        yield f"  as if the machine had nothing else to do; as busy as it is now, about {longer}"


def _bytes(number: float | int) -> str:
    number = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + _and(len(names), _NAMED)


def _more(count: int, shown: int, what: str) -> list[str]:
    return [f"  and {count - shown:,} more {what}; {_FULL}"] if count > shown else []
