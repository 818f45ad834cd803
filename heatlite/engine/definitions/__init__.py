"""The values that a node's work needs: the parsed template and graph, the claimed row, the scope of functions."""
