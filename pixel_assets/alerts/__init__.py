"""Alerts that are sent: what fails now, which incidents that makes, what whom is told, and how it gets there."""
