"""Small mistakes in the models' SQL, one at a time: what the tests of the models are tested with."""
