"""Pictures of pages that a person has looked at, and how another picture is compared with one of them.

A picture is kept small and grey. What moves a line, loses the type, a colour or a box shows in it; what differs from one
machine's type to another's hardly does.
"""

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

LOOKED_AT: Final = Path(__file__).parent / "looks"
SCALE: Final = 4
FAR: Final = 48
"""Of 255: a point that is so much lighter or darker is another."""

MOST_OTHER: Final = 0.01
"""Share of the points that may be another; a moved line of text is more."""

MOST_LONGER: Final = 0.02


def small(picture: bytes) -> Image.Image:
    """A screenshot as it is kept: grey, a quarter as wide."""
    whole = Image.open(BytesIO(picture)).convert("L")
    return whole.resize((whole.width // SCALE, whole.height // SCALE), Image.Resampling.BOX)


def differs(seen: Image.Image, kept: Image.Image) -> str:
    """How a picture differs from the one that was looked at; "" when it does not."""
    if seen.width != kept.width or abs(seen.height - kept.height) > MOST_LONGER * kept.height:
        return f"{seen.size} beside {kept.size}"
    common = (0, 0, kept.width, min(seen.height, kept.height))
    coarse = (kept.width // 2, common[3] // 2)
    one, other = (image.crop(common).resize(coarse, Image.Resampling.BOX) for image in (seen, kept))
    far = sum(ImageChops.difference(one, other).histogram()[FAR:])
    share = far / (coarse[0] * coarse[1])
    return f"{share:.2%} of it is another" if share > MOST_OTHER else ""
