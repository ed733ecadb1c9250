"""Annotations and content states as other programs write them."""

import base64
import json
from typing import Any

import pytest

from diffmine.data.pointers import Pointer, encoded_state, read_annotations, read_content_state
from diffmine.errors import UsageError

CANVAS = "https://example.org/canvas/1"
ANNOTORIOUS = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "type": "Annotation",
    "id": "#9f2",
    "body": [
        {"type": "TextualBody", "purpose": "commenting", "value": "a <b>wing</b>"},
        {"type": "TextualBody", "purpose": "tagging", "value": "bird"},
    ],
    "target": {
        "source": "sheet.png",
        "selector": {
            "type": "FragmentSelector",
            "conformsTo": "http://www.w3.org/TR/media-frags/",
            "value": "xywh=pixel:10,20,30.5,40",
        },
    },
}
POLYGON = {
    "type": "SvgSelector",
    "value": '<svg><polygon points="1,2 5,2 5,9 1,9"></polygon></svg>',
}


def of(selector: Any) -> Any:
    return {"type": "Annotation", "target": {"source": CANVAS, "selector": selector}}


def test_a_box_of_annotorious() -> None:
    expected = Pointer("sheet.png", (10.0, 20.0, 30.5, 40.0), False, "a wing", ("bird",))
    for text in (ANNOTORIOUS, [ANNOTORIOUS], {"type": "AnnotationPage", "items": [ANNOTORIOUS]}):
        assert read_annotations(json.dumps(text)) == [expected]


def test_a_polygon_and_other_parts() -> None:
    fragment = {"type": "FragmentSelector", "value": "xywh=percent:10,10,50,25"}
    manifest = {
        "type": "Manifest",
        "items": [
            {
                "type": "Canvas",
                "items": [
                    {
                        "type": "AnnotationPage",
                        "items": [
                            {"type": "Annotation", "motivation": "painting", "target": CANVAS}
                        ],
                    }
                ],
                "annotations": [
                    {
                        "type": "AnnotationPage",
                        "items": [
                            of([fragment, POLYGON]),
                            of(POLYGON),
                            {"type": "Annotation", "target": f"{CANVAS}#xywh=1,2,3,4"},
                        ],
                    }
                ],
            }
        ],
    }
    assert read_annotations(json.dumps(manifest)) == [
        Pointer(CANVAS, (10.0, 10.0, 50.0, 25.0), percent=True),
        Pointer(CANVAS, (1.0, 2.0, 4.0, 7.0)),
        Pointer(CANVAS, (1.0, 2.0, 3.0, 4.0)),
    ]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"items": 4}', '{"target": 3}', "[" * 100_000, "null"]
)
def test_what_holds_no_annotations_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="holds no annotations"):
        read_annotations(text)


TARGET = {"id": f"{CANVAS}#xywh=1,2,3,4", "type": "Canvas"}


@pytest.mark.parametrize(
    "state",
    [
        f"{CANVAS}#xywh=1,2,3,4",
        "https%3A%2F%2Fexample.org%2Fcanvas%2F1%23xywh%3D1%2C2%2C3%2C4",
        json.dumps(TARGET),
        encoded_state(TARGET),
        encoded_state({"type": "Annotation", "motivation": ["contentState"], "target": TARGET}),
        encoded_state({"type": "Annotation", "target": [TARGET]}),
        encoded_state(
            {
                "type": "SpecificResource",
                "source": {"id": CANVAS, "type": "Canvas"},
                "selector": {"type": "FragmentSelector", "value": "xywh=1,2,3,4"},
            }
        ),
        base64.urlsafe_b64encode(json.dumps(TARGET).encode()).decode(),
    ],
)
def test_a_content_state_in_all_its_forms(state: str) -> None:
    assert read_content_state(state) == Pointer(CANVAS, (1.0, 2.0, 3.0, 4.0))


@pytest.mark.parametrize("state", ["", "here", "e30", "%%%", "W10", "{}", "ftp://x/y"])
def test_what_is_no_content_state_is_refused(state: str) -> None:
    with pytest.raises(UsageError):
        read_content_state(state)
