"""Stock as it is now, location by location: the state of `inventory_streaming` and the alerts it gives."""
