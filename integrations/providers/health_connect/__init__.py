"""Health Connect, read on an Android phone and pushed to us by an app."""
