"""Use cases of joint sessions: prepare, negotiate, conclude, report."""
