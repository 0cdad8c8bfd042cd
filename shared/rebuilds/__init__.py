"""Which templates follow which image, and how a new version of it becomes their next run."""
