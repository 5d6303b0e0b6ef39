"""A brand is tested when it is read: a colour that nobody can read, a logo that is none."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.brand import LARGEST_LOGO, PAPER, READABLE, BrandError, brand_of, contrast, readable
from scanner.config.model import BrandSection

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_the_contrast_of_black_and_white_is_the_greatest_there_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(st.from_regex(r"\A#[0-9a-f]{6}\Z"), st.sampled_from(sorted(PAPER.values())))
def test_the_nearest_readable_colour_can_be_read(colour, paper):
    assert contrast(readable(colour, paper), paper) >= READABLE


def test_a_faint_accent_is_refused_with_one_that_works(tmp_path):
    with pytest.raises(BrandError, match="#ffdd00 cannot be read") as error:
        brand_of(BrandSection(accent="#FFDD00"), tmp_path)
    nearest = str(error.value).split()[-1]
    assert brand_of(BrandSection(accent=nearest), tmp_path).accent == nearest


def test_a_logo_is_embedded(tmp_path):
    (tmp_path / "logo.png").write_bytes(PNG)
    made = brand_of(BrandSection(name="Fabrikam", logo="logo.png"), tmp_path)
    assert made.logo == "data:image/png;base64," + base64.b64encode(PNG).decode()
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert brand_of(BrandSection(logo="logo.svg"), tmp_path).logo.startswith("data:image/svg+xml;")


@pytest.mark.parametrize(
    ("data", "words"),
    [(None, "cannot read"), (b"MZ", "no PNG"), (PNG + b"\0" * LARGEST_LOGO, "at most")],
)
def test_a_logo_that_cannot_be_used_is_refused(data, words, tmp_path):
    if data is not None:
        (tmp_path / "logo").write_bytes(data)
    with pytest.raises(BrandError, match=words):
        brand_of(BrandSection(logo="logo"), tmp_path)
