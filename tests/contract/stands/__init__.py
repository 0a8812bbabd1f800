"""One stand per cloud, named like the provider's folder."""
