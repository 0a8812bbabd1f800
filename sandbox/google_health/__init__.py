"""Google Health v4 for steps, with Google's OAuth, as documented and observed in 2026."""
