"""Where outside sources plug in; strangers to each other. The first ones arrive with part 3."""
