"""What the commands of requests share: who acts, and how a command is executed once."""
