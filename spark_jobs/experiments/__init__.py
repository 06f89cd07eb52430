"""Experiments with stores and customers: how often one may look."""
