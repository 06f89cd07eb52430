"""What programs agree on: settings, events and tables. Imports nothing else of this project."""
