"""What a node is made of: the traversal's parsed template and graph, the claimed row, and what functions see."""
