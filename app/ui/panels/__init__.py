"""The panes of the window; none knows another, `main_window` connects them."""
