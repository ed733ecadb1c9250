"""The Image API: what to ask servers of every version and level for."""

from __future__ import annotations

from typing import Any

import pytest

from diffmine.data.iiif.service import Service, addresses, info_of, region_address, service_of

AT = "https://museum.example/iiif/a"
ONE = "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1"


def content(version: int, level: int, **more: Any) -> dict[str, Any]:
    names = {1: ONE.replace("level1", f"level{level}"), 3: f"level{level}"}
    profile = names.get(version, [f"http://iiif.io/api/image/2/level{level}.json"])
    return {"width": 6000, "height": 4000, "profile": profile} | more


def asked(version: int, level: int, side: int, **more: Any) -> tuple[str, ...]:
    info = info_of(content(version, level, **more), Service(AT, version))
    assert info is not None
    return tuple(address.removeprefix(AT) for address in addresses(info, side, None))


SIZES = [{"width": 600, "height": 400}, {"width": 1500, "height": 1000}]


@pytest.mark.parametrize(
    ("version", "level", "side", "more", "address"),
    [
        (1, 1, 1024, {}, "/full/1024,/0/native.jpg"),
        (2, 1, 1024, {}, "/full/1024,/0/default.jpg"),
        (3, 2, 1024, {}, "/full/1024,/0/default.jpg"),
        (3, 2, 1024, {"width": 4000, "height": 6000}, "/full/,1024/0/default.jpg"),
        (1, 1, 9000, {}, "/full/full/0/native.jpg"),
        (2, 2, 6000, {}, "/full/full/0/default.jpg"),
        (3, 2, 9000, {}, "/full/max/0/default.jpg"),
        (3, 2, 1024, {"maxWidth": 800}, "/full/800,/0/default.jpg"),
        (3, 2, 1024, {"maxHeight": 300}, "/full/450,/0/default.jpg"),
        (3, 2, 1024, {"maxArea": 240_000}, "/full/600,/0/default.jpg"),
        (2, 2, 9000, {"maxWidth": 6000}, "/full/max/0/default.jpg"),
        (3, 0, 1024, {"sizes": SIZES}, "/full/1500,1000/0/default.jpg"),
        (2, 0, 500, {"sizes": SIZES}, "/full/600,400/0/default.jpg"),
        (3, 0, 2000, {"sizes": SIZES}, "/full/max/0/default.jpg"),
        (2, 0, 1024, {}, "/full/full/0/default.jpg"),
        (3, 0, 1024, {"extraFeatures": ["sizeByW"]}, "/full/1024,/0/default.jpg"),
    ],
)
def test_a_size_is_asked_for_as_the_server_understands_it(
    version: int, level: int, side: int, more: dict[str, Any], address: str
) -> None:
    assert asked(version, level, side, **more)[0] == address


def test_limits_of_version_two_stand_in_its_profile() -> None:
    profile = ["http://iiif.io/api/image/2/level1.json", {"maxWidth": 500, "supports": ["sizeByH"]}]
    assert asked(2, 1, 1024, profile=profile)[0] == "/full/500,/0/default.jpg"


def test_a_list_of_sizes_is_asked_for_in_both_forms() -> None:
    """The specification has `w,h`; generators of static files write `w,`."""
    forms = ("/full/1500,1000/0/default.jpg", "/full/1500,/0/default.jpg")
    assert asked(2, 0, 1024, sizes=SIZES) == forms


def test_a_region_is_asked_for_at_the_size_that_is_wanted() -> None:
    info = info_of(content(3, 2), Service(AT, 3))
    assert info is not None
    (address,) = addresses(info, 500, (100, 200, 2000, 1000))
    assert address == f"{AT}/100,200,2000,1000/500,/0/default.jpg"
    whole = addresses(info, 5000, (100, 200, 2000, 1000))[0]
    assert whole == f"{AT}/100,200,2000,1000/max/0/default.jpg"


@pytest.mark.parametrize(
    ("version", "level", "more", "address"),
    [
        (1, 1, {}, "/{region}/full/0/native.jpg"),
        (2, 1, {}, "/{region}/full/0/default.jpg"),
        (3, 1, {}, "/{region}/max/0/default.jpg"),
        (3, 0, {"extraFeatures": ["regionByPx"]}, "/{region}/max/0/default.jpg"),
        (3, 0, {}, ""),
        (2, 0, {}, ""),
    ],
)
def test_parts_are_cut_where_the_server_does(
    version: int, level: int, more: dict[str, Any], address: str
) -> None:
    info = info_of(content(version, level, **more), Service(AT, version))
    assert info is not None
    assert region_address(info).removeprefix(AT) == address


@pytest.mark.parametrize(
    ("service", "version"),
    [
        ({"id": AT, "type": "ImageService3", "profile": "level1"}, 3),
        ({"@id": AT + "/", "@type": "ImageService2", "profile": "level1"}, 2),
        ({"@context": "http://iiif.io/api/image/2/context.json", "@id": AT}, 2),
        ({"@id": AT, "profile": "http://iiif.io/api/image/2/level0.json"}, 2),
        ({"@id": AT, "profile": ONE}, 1),
        ([{"@id": AT, "@type": "ImageService2"}, {"id": AT, "type": "ImageService3"}], 3),
        ([{"@id": AT, "profile": "http://iiif.io/api/auth/1/login"}], 0),
        ({"@type": "ImageService2"}, 0),
        ("no object", 0),
        (None, 0),
    ],
)
def test_a_service_is_known_by_what_it_says_of_itself(service: Any, version: int) -> None:
    assert service_of({"service": service}) == (Service(AT, version) if version else None)


@pytest.mark.parametrize(
    "told",
    [None, [], {}, {"width": 10}, {"width": -1, "height": 5}, {"width": True, "height": 1},
     {"width": "10", "height": 5}, {"width": float("inf"), "height": 5}],
)  # fmt: skip
def test_a_service_without_a_size_says_nothing(told: Any) -> None:
    assert info_of(told, Service(AT, 3)) is None
