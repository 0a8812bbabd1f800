"""Pages about who stands where, who meets whom, and what happened."""
