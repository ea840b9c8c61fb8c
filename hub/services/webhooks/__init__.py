"""Use cases of webhooks: the commands, and sending a message."""
