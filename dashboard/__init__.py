"""The dashboard: the five pages of the Power BI report in a browser, over the views of `reporting`."""
