"""What the hub does by itself, without being asked."""
