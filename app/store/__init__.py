"""What the library keeps: encrypted records, full text and vectors behind one face, `store.Store`."""
