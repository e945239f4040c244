# governance.

include services/governance/tally.mk
