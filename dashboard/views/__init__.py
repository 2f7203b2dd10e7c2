"""Pages of the dashboard, each with one `render(visit)`, and the forms they share."""
