"""Pages about those who take part in a challenge."""
