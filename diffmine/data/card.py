"""What a data set of the Hub says of itself: its configurations, and the names of its labels.

They stand at the head of README.md (https://huggingface.co/docs/hub/datasets-manual-configuration),
in dataset_infos.json of older ones, and in the metadata of each file of Parquet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from diffmine.data.files import regular
from diffmine.errors import DataError

README, INFOS = DESCRIBED = ("README.md", "dataset_infos.json")
"""Files in which a data set describes itself."""
DEFAULT = "default"
_MOST = 2**21
_DEEP = 4
Names = dict[str, tuple[str, ...]]
"""The names of the labels that a column counts, by the column."""


@dataclass(frozen=True)
class Config:
    """A configuration: patterns of files by split, "" where the files' names tell it; and names of
    labels."""

    name: str
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()
    names: Names = field(default_factory=dict)
    chosen: bool = False


@dataclass(frozen=True)
class Card:
    """What a data set says of itself, its configurations in their order."""

    configs: tuple[Config, ...] = ()

    def config(self, name: str) -> Config | None:
        """The configuration of a name; empty: the default, else the first; None where none is
        described. DataError names those there are."""
        if not self.configs:
            return None
        if name:
            for config in self.configs:
                if config.name == name:
                    return config
            names = ", ".join(config.name for config in self.configs)
            raise DataError(f"There is no configuration {name!r}; --data.sheet takes {names}.")
        ranked = sorted(self.configs, key=lambda one: (not one.chosen, one.name != DEFAULT))
        return ranked[0]


def read_card(folder: Path) -> Card:
    """What the files of a data set describe; an empty card where they say nothing or are broken."""
    head = _head(folder / README)
    infos = _json(folder / INFOS)
    features: dict[str, Names] = {}
    for info in _listed(infos, "config_name") + _listed(head.get("dataset_info"), "config_name"):
        features[_name(info)] = names_of(info.get("features"))
    configs = [
        Config(_name(one), tuple(_files(one)), features.get(_name(one), {}), _yes(one))
        for one in _listed(head.get("configs"), "config_name")
    ]
    known = {config.name for config in configs}
    configs += [Config(name, names=own) for name, own in features.items() if name not in known]
    return Card(tuple(configs))


def names_of(features: Any) -> Names:
    """The names of labels in a description of columns, as README.md, dataset_infos.json or the
    metadata of Parquet have it."""
    if isinstance(features, list):
        columns = [(one.get("name"), one) for one in features if isinstance(one, dict)]
    elif isinstance(features, dict):
        columns = list(features.items())
    else:
        return {}
    names = {str(column): _labels(feature) for column, feature in columns}
    return {column: own for column, own in names.items() if own}


def _labels(feature: Any, depth: int = 0) -> tuple[str, ...]:
    """The names in the feature of a column, which may be a list of labels."""
    if isinstance(feature, list) and feature:
        feature = feature[0]
    if not isinstance(feature, dict) or depth > _DEEP:
        return ()
    names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
    told = feature.get("class_label")
    names = told.get("names") if isinstance(told, dict) else names
    if isinstance(names, dict) and all(str(key).isdecimal() for key in names):
        names = [names[key] for key in sorted(names, key=lambda key: int(str(key)))]
    if isinstance(names, list):
        return tuple(map(str, names))
    inner = ("dtype", "feature", "sequence", "list")
    return next(filter(None, (_labels(feature.get(key), depth + 1) for key in inner)), ())


def _files(config: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The patterns of a configuration by split."""
    told, place = config.get("data_files"), config.get("data_dir")
    prefix = f"{str(place).strip('/')}/" if place else ""
    if told is None and prefix:
        told = "*"
    if isinstance(told, dict):
        told = [{"split": split, "path": path} for split, path in told.items()]
    for one in told if isinstance(told, list) else [told]:
        split, paths = "", one
        if isinstance(one, dict):
            split, paths = str(one.get("split") or ""), one.get("path")
        every = paths if isinstance(paths, list) else [paths]
        patterns = tuple(prefix + path for path in every if isinstance(path, str))
        if patterns:
            yield split, patterns


def _listed(value: Any, key: str) -> list[dict[str, Any]]:
    """Descriptions as a list, whether there is one, several, or an object of them by name."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict)]
    if isinstance(value, dict) and value and all(isinstance(one, dict) for one in value.values()):
        return [{key: name, **one} for name, one in value.items()]
    return [value] if isinstance(value, dict) and value else []


def _name(info: Mapping[str, Any]) -> str:
    return str(info.get("config_name") or DEFAULT)


def _yes(config: Mapping[str, Any]) -> bool:
    return str(config.get("default")).lower() == "true"


def _head(path: Path) -> dict[str, Any]:
    """The YAML at the head of README.md, every value as text: `no` is a label, not False."""
    text = _text(path)
    if not text.startswith("---"):
        return {}
    head = text[3:].partition("\n---")[0]
    try:
        value = yaml.BaseLoader(head).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path) or "null")
    except (ValueError, RecursionError):
        return None


def _text(path: Path) -> str:
    try:
        with open(path, "rb", opener=regular) as file:
            return file.read(_MOST).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    except OSError:
        return ""
