"""A saved plan -> pages for people: one Markdown text, one HTML file that needs nothing beside itself."""
