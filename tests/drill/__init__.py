"""The operator's drill: the page "when things break" is played on a running deployment.

page      the table of doc/faults.md, read: for each fault how it is noticed, what to do, how one sees that it is well
bench     two launchers on a database and a broker that can be broken, and the commands that the page uses
plays     for each row how it is broken, and what a person does where the page gives no command
run       one row after the other; what ``tools/drill`` does
"""
