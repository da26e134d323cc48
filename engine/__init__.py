"""Coupler: rules for the integration of Business Central with Dynamics 365 Sales -> plans, dry runs, reports."""

VERSION = "0.1.0"
"""The version of the distribution; a constant, so that starting the command reads no package metadata."""
