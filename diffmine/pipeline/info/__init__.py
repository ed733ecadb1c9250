"""What is known of a data set before anything is made of it: `diffmine info DATA`, and in short at
the beginning of a build."""
