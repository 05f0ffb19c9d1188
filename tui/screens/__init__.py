"""Full screens and dialogs: they compose widgets and call services."""
