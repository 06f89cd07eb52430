"""Backups of the warehouse by the engine's own BACKUP and RESTORE, with a manifest of what each holds."""
