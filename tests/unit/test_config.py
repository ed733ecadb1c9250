"""Configurations as atlases keep them."""

from __future__ import annotations

from typing import Any

import pytest

from diffmine.config import BuildConfig, TypicalityConfig, as_dict, name_of, restored


@pytest.mark.parametrize("broken", [{}, {"no such": 1}, {"draws": "many"}, {"t_range": 3}])
def test_what_cannot_be_read_gives_the_defaults(broken: dict[str, Any]) -> None:
    assert restored(TypicalityConfig, broken) == TypicalityConfig()


def test_what_was_written_is_read_and_newer_fields_are_passed_over() -> None:
    config = TypicalityConfig(draws=8, t_range=(300, 900), seed=5)
    assert restored(TypicalityConfig, as_dict(config)) == config
    assert restored(TypicalityConfig, {"draws": 8, "no such": 1}).draws == 8


def test_each_kind_has_the_name_of_its_table() -> None:
    assert name_of(TypicalityConfig) == "typicality"
    for table in as_dict(BuildConfig()):
        assert name_of(type(getattr(BuildConfig(), table))) == table
