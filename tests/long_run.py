"""Whether this is a long run, which `make check-long` makes: costly proofs, many more examples."""

from hypothesis import settings


def is_long_run() -> bool:
    """Return whether the profile `long` of Hypothesis is chosen."""
    return settings.get_current_profile_name() == "long"
