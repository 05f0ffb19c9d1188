"""What screens call: the predictor thread, files. No widget is known here."""
