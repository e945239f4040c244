# accounts: directory, members, roles, ledger.

ACCOUNTS_CORE := $(addprefix services/accounts/,\
	core.c electors.c people.c identity.c identity_image.c image.c merge.c \
	settings.c commands.c ledger.c holds.c payments.c query.c \
	withdrawals.c)
PURE_OBJECTS += $(call objects,$(ACCOUNTS_CORE))
$(B)/libaccounts.a: $(call objects,$(ACCOUNTS_CORE))

$(eval $(call daemon,accounts,services/accounts/main.c \
	services/accounts/reactions.c,\
	edge domain accounts base proto,$(EDGE_LIBS)))

$(eval $(call unit,accounts_ledger,tests/unit/accounts/test_ledger.c,\
	accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,accounts_withdrawals,\
	tests/unit/accounts/test_withdrawals.c,\
	accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,accounts_reactions,\
	tests/unit/accounts/test_reactions.c services/accounts/reactions.c,\
	domain fake accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,accounts_settings,tests/unit/accounts/test_settings.c,\
	accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,accounts_electors,tests/unit/accounts/test_electors.c,\
	accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,accounts_identity,tests/unit/accounts/test_identity.c,\
	accounts base proto,-lprotobuf-c $(BASE_LIBS)))
$(eval $(call unit,accounts_merge,tests/unit/accounts/test_merge.c,\
	accounts base proto,-lprotobuf-c $(BASE_LIBS)))
