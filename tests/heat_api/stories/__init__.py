"""Stories of stacks, told through an unmodified heat-api to heat-engine and to heatlite: what differs in the telling?

teller.py     one stack's life in requests, each answer noted
changing.py   groups, nested stacks and what fails
waiting.py    time-outs, deployments and wait conditions
asking.py     lists, validation, signals and other answers
taking_over.py  stacks that Heat made, imported, and an update that changes nothing
"""
