"""What becomes one remediation item although several checks see it."""

from checks.administration.causes import TOO_FEW_SEATS
from scanner.api import Affected, failed
from scanner.subject import object_set, tenant


def licence_errors(*errors):
    affected = Affected(("group", "member", "error", "meaning"))
    for one in errors:
        affected.add("g", "a@x", one, "")
    return failed("members-in-error", object_set("groups"), "x").affecting(affected)


def test_licence_errors_for_want_of_seats_belong_to_the_seats():
    seats = failed("too-few-seats", tenant(), "x")
    assert (
        TOO_FEW_SEATS.tie(seats) == TOO_FEW_SEATS.tie(licence_errors("CountViolation")) == "seats"
    )


def test_other_licence_errors_are_an_item_of_their_own():
    assert TOO_FEW_SEATS.tie(licence_errors("CountViolation", "Other")) is None
    assert TOO_FEW_SEATS.tie(licence_errors()) is None
