"""Films at their own resolution and depth, from the files where they lie.

For atlases collected with `--data.view source`; the rules are those of `diffmine.live.originals`: a
file is decoded behind the fence, and shown only while it is, byte for byte, the one collected.
"""

from __future__ import annotations

from diffmine.atlas.reader import Atlas
from diffmine.atlas.whereabouts import whereabouts
from diffmine.data.films import Packed, read_film
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError
from diffmine.live.originals import Originals
from diffmine.words import originals as words


def film_of(atlas: Atlas, image_id: str) -> Packed | None:
    """The film of an image of the atlas; None where its file may not be shown.

    Raises ImageError, in one sentence, where the file is not what was collected, or cannot be read
    any more.
    """
    noted = whereabouts(atlas) if isinstance(atlas.views, Originals) else None
    path = noted.file(image_id) if noted else None
    if path is None:
        return None
    try:
        film = read_film(path, Wishes.of(atlas.manifest.config.get("data", {})))
    except ImageError as error:
        raise ImageError(words.UNREADABLE) from error
    if film.digest != atlas.image(image_id)["source_digest"]:
        raise ImageError(words.CHANGED)
    return film
