"""The old Fitbit Web API, which has ended."""
