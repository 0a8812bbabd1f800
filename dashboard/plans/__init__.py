"""Pages on which challenges are planned: start, edit, preview, publish."""
