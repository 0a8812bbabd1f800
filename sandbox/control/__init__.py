"""The control API: script people, steps, faults and time, and see what was asked."""
