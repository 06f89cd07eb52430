"""The Power BI project as text, what makes it and what checks it."""
