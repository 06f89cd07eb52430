"""The five pages: which figures stand where."""
