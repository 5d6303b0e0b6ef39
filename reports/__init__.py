"""Report formats, one module each. A report renders a run and knows nothing else."""
