"""Versions compare as people mean them; documented: https://www.home-assistant.io/template-functions/version/"""

from itertools import pairwise

import pytest

from homeserver.view.template_rows import UnfitError
from homeserver.view.template_versions import Version

IN_ORDER = [
    "1.0.0.dev1",
    "1.0.0a1",
    "1.0.0-beta.1",
    "1.0.0b2",
    "1.0.0rc1",
    "1.0.0",
    "1.0.1",
    "1.2",
    "1.10",
    "v2",
    "2024.10.1",
]


def test_order() -> None:
    assert sorted(map(Version, reversed(IN_ORDER)), key=Version) == IN_ORDER
    assert all(Version(low) < high for low, high in pairwise(IN_ORDER))
    assert Version("latest") > "9999.1"


def test_equality() -> None:
    assert Version("1.0") == "1.0.0"
    assert Version("v1.2") == Version("1.2")
    assert hash(Version("1.0")) == hash(Version("1"))
    assert Version("1") != 1
    with pytest.raises(TypeError):
        assert Version("1") < 2


def test_parts() -> None:
    version = Version("2024.10.1b3")
    assert (version.major, version.minor, version.patch, version.micro, version.sections) == (2024, 10, 1, 1, 3)
    assert (version.beta, version.alpha, version.dev, version.release_candidate) == (True, False, False, False)
    assert (version.modifier, str(version), repr(version)) == ("b3", "2024.10.1b3", "2024.10.1b3")
    assert Version("1").patch is None


@pytest.mark.parametrize("text", ["", "x", "unknown", None, "-1"])
def test_what_is_none(text: object) -> None:
    with pytest.raises(UnfitError, match="version cannot use"):
        Version(text)
