"""Apple Health, read on the phone and pushed to us by the Stepwell app."""
