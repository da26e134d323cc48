"""A process carried out on a world: rounds (the records of its loops), course (its statements), the books it keeps."""
