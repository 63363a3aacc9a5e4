"""The texts and layouts of the sample documents; every person, firm and place in them is invented.

One module a document, each with `make(folder)`. They know nothing of the program.
"""
