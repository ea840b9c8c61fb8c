"""SQL of findings: what they rest on, their rows, and what a viewer may see."""
