"""One module per benchmark; each has ``run(house, sizes)`` that returns its rows."""
