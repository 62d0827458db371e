"""Gold tables to a data set that people can download: the paper's layout, Croissant metadata, a card and figures."""
