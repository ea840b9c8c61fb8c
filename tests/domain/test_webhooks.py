"""Signatures and delays of webhooks."""

from datetime import timedelta

from hub.domain.webhooks import (
    DELAYS,
    build_headers,
    build_message_id,
    delay_after,
    generate_webhook_secret,
    sign_message,
)


def test_signature_is_that_of_the_example_of_the_convention() -> None:
    signature = sign_message(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_in_force_sign_one_message() -> None:
    old, new = generate_webhook_secret(), generate_webhook_secret()
    signature = build_headers([new, old], "msg_1", 1, "{}")["webhook-signature"]
    assert signature.split() == [sign_message(one, "msg_1", 1, "{}") for one in (new, old)]


def test_message_id_depends_on_webhook_and_change_alone() -> None:
    assert build_message_id("a", "c1") == build_message_id("a", "c1")
    found = {build_message_id(webhook, cursor) for webhook in "ab" for cursor in ("c1", "c2")}
    assert len(found) == 4


def test_delays_grow_to_half_a_day() -> None:
    assert delay_after(1) == timedelta(seconds=5)
    assert delay_after(100) == DELAYS[-1] == timedelta(hours=12)
