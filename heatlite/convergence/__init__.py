"""The convergence core: which work a new goal asks for, in which order, and what each piece of it must do now.

Pure. It is handed values and returns values; it knows nothing of databases, RPC, template syntax or plugins, so the
same code runs in the engines and wherever its behaviour is explored without them.

    graph    what follows what, for anything that can be hashed
    model    the words: Action, Status, Node, ResourceView
    serving  which of a name's rows serves it
    plan     (what is wanted, what exists) -> which rows serve, and the graph of the traversal
    decide   what a node has to do with its row, now
    sync     who becomes ready when nodes are done
"""
