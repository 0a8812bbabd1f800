"""Pages for those who run Stepwell: how providers, queues and workers do, and nobody's steps."""
