"""What can be known of the Power BI project without Power BI: each check returns sentences, none when all is well."""
