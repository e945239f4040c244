/* people.h - what must hold of members that were merged and of platform users
 * that were linked, whatever came in between. */
#ifndef STOA_TESTS_SIM_PEOPLE_H
#define STOA_TESTS_SIM_PEOPLE_H

#include "accounts/accounts.h"

#define PEOPLE_USERS 5 /* of platforms, in the directory */

typedef void people_fail(void *world, const char *what, const char *which);

/* The directory's key of one of them. */
ProtobufCBinaryData people_key(int user);

/* How many were merged. */
uint64_t people_check_members(const struct accounts *state,
    const char *community, people_fail *fail, void *world);

/* How many share an identity. */
uint64_t people_check_identities(
    const struct accounts *state, people_fail *fail, void *world);

#endif
