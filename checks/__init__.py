"""The checks that come with the product, one package for each theme."""
