"""Telling people elsewhere what a run brought: Teams, a webhook, mail. Opt-in, and never the report."""
