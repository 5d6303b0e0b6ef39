"""Text that hides, reorders or ends something is shown as code points, whatever way it takes."""

from hypothesis import given
from hypothesis import strategies as st

from reports.escape import visible

HIDDEN = "\x00\x08\x0b\x1b\x7f\x9f\u061c\u200b\u200e\u202e\u2066\ufeff\u2028\u2029\ud800\U000e0041"


@given(st.text(st.one_of(st.characters(), st.sampled_from(HIDDEN)), max_size=40))
def test_nothing_hidden_is_left_and_the_rest_stands(text):
    shown = visible(text)
    assert not set(HIDDEN) & set(shown)
    assert visible(shown) == shown
    kept = "".join(char for char in text if char.isprintable() or char in "\t\n")
    assert all(char in shown for char in kept)


def test_each_is_named():
    for char in HIDDEN:
        assert visible(f"a{char}b") == f"a\ufffd[U+{ord(char):04X}]b"
