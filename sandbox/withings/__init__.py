"""The public Withings API for steps: errors inside a success, rotating tokens, unsigned notices."""
